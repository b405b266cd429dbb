internal import CSocketShim

/// Colours, where somebody sees them: on a terminal, unless NO_COLOR is set.
struct Style {
    let isColoured: Bool

    init(for stream: StandardStream = .output) {
        let wish = unsafe csock_environment("NO_COLOR")
        // The text is valid until the environment changes, which nobody does here.
        let isUnwanted = unsafe wish.map { unsafe $0.pointee != 0 } ?? false
        isColoured = stream.isTerminal && !isUnwanted
    }

    func bold(_ text: String) -> String { coloured(text, "1") }
    func dim(_ text: String) -> String { coloured(text, "2") }
    func good(_ text: String) -> String { coloured(text, "32") }
    func bad(_ text: String) -> String { coloured(text, "1;31") }

    private func coloured(_ text: String, _ code: String) -> String {
        isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
