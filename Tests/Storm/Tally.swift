import Sockets
import Synchronization

/// What is interrupted.
enum Act: Int, CaseIterable, Sendable {
    case receive, inline, lend, exactly, atLeast, reader, chunk, peek
    case send, sendAll, flagged, gathering, twoParts
    case receiveDatagram, sendDatagram
    case accept, connect, sleep
}

/// What became of it.
enum Fate: Int, CaseIterable, Sendable {
    case done, cancelled, timedOut, closed, failed
}

/// Counts who met which fate.
final class Tally: Sendable {
    private let counts = Locked([Int](repeating: 0, count: Act.allCases.count * Fate.allCases.count))
    private let interrupted = Atomic<Int>(0)
    private let all = Atomic<Int>(0)

    /// Operations that were interrupted.
    var interruptions: Int { interrupted.load(ordering: .relaxed) }
    /// All operations.
    var operations: Int { all.load(ordering: .relaxed) }

    /// Counts an operation; true for an interruption.
    @discardableResult
    func note(_ act: Act, _ error: SocketError?) -> Bool {
        let fate = Fate(error)
        counts.withLock { $0[act.rawValue * Fate.allCases.count + fate.rawValue] += 1 }
        all.add(1, ordering: .relaxed)
        guard fate != .done, fate != .failed else { return false }
        interrupted.add(1, ordering: .relaxed)
        return true
    }

    /// A table of all counts.
    var table: String {
        let counts = counts.withLock(\.self)
        let head = row("", Fate.allCases.map { "\($0)" })
        let rows = Act.allCases.map { act in
            row("\(act)", Fate.allCases.map { "\(counts[act.rawValue * Fate.allCases.count + $0.rawValue])" })
        }
        return ([head] + rows).joined(separator: "\n")
    }

    private func row(_ name: String, _ cells: [String]) -> String {
        name.padded(to: 16) + cells.map { $0.padded(to: -10) }.joined()
    }
}

extension Fate {
    fileprivate init(_ error: SocketError?) {
        switch error?.code {
        case nil: self = .done
        case .cancelled: self = .cancelled
        case .timedOut: self = .timedOut
        case .closed: self = .closed
        default: self = .failed
        }
    }
}

extension String {
    /// With spaces behind it, or before it for a negative width.
    fileprivate func padded(to width: Int) -> String {
        let spaces = String(repeating: " ", count: max(0, abs(width) - count))
        return width < 0 ? spaces + self : self + spaces
    }
}
