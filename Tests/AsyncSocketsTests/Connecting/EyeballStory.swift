import AsyncSockets
import Sockets
import Testing

/// What happens to a connect by name, at which millisecond, and what is to be done then.
///
/// The events are written `10 v6=6a,6b` (an answer: addresses, `none`, or `again` for a server that is silent), `both=` for
/// an answer to both, and `20 6a refused` or `20 6a ok` for attempts. What is to be done is written `10 6a` (begin),
/// `20 = 6a` (take it) or `20 ! ECONNREFUSED 6a` (give up).
struct EyeballStory: CustomTestStringConvertible, Sendable {
    let title: String
    let events: String
    let actions: String
    var configuration = ConnectConfiguration()
    var versions: Set<IPVersion> = [.v4, .v6]
    var deadline = Int.max / 1_000_000

    init(
        _ title: String, _ events: String, _ actions: String, versions: Set<IPVersion> = [.v4, .v6],
        deadline: Int? = nil,
        _ configure: (inout ConnectConfiguration) -> Void = { _ in }
    ) {
        (self.title, self.events, self.actions, self.versions) = (title, events, actions, versions)
        if let deadline { self.deadline = deadline }
        configure(&configuration)
    }

    var testDescription: String { title }

    /// What is done when the events are told, on a clock that is only told the time.
    func play() -> String {
        var player = EyeballPlayer(self)
        for event in events.split(separator: ";") { player.tell(event) }
        player.pass(until: .max)
        return player.log.joined(separator: "; ")
    }

    /// The address that `6a` or `4b` stands for.
    static func address(_ name: some StringProtocol) -> IPSocketAddress {
        let number = name.utf8.dropFirst().reduce(0) { UInt64($0) * 26 + UInt64($1 &- UInt8(ascii: "a")) + 1 }
        guard name.hasPrefix("6") else {
            return IPSocketAddress(IPv4Address(rawValue: 0xC000_0200 + UInt32(number)), port: 80)
        }
        return IPSocketAddress(IPv6Address(high: 0x2001_0DB8_0000_0000, low: number), port: 80)
    }

    static let errors: [String: SocketError.Code] = [
        "refused": .connectionRefused, "timeout": .timedOut, "unreachable": .hostUnreachable,
        "no-route": .networkUnreachable, "no-source": .addressNotAvailable, "no-family": .familyNotSupported,
        "no-descriptor": .tooManyDescriptors, "denied": .accessDenied, "strange": SocketError.Code(rawValue: 4711),
    ]
}

/// Tells a story to the one who decides.
struct EyeballPlayer {
    private var eyeballs: HappyEyeballs
    private var now: Int64 = 0
    private var names: [IPSocketAddress: String] = [:]
    private var started: [String: Int] = [:]
    private(set) var log: [String] = []

    init(_ story: EyeballStory) {
        eyeballs = HappyEyeballs(
            "host", versions: story.versions, story.configuration, deadline: Int64(story.deadline) * 1_000_000)
    }

    mutating func tell(_ event: Substring) {
        let words = event.split(separator: " ")
        let time = (Int64(words[0]) ?? 0) * 1_000_000
        pass(until: time)
        now = time
        handle(words.count == 2 ? answer(words[1]) : end(of: String(words[1]), words[2]))
    }

    /// Lets time pass, and says so whenever that was asked for.
    mutating func pass(until end: Int64) {
        while eyeballs.nextTime <= end, eyeballs.nextTime < Int64.max / 1_000_000 * 1_000_000 {
            now = max(now, eyeballs.nextTime)
            handle(.time)
        }
    }

    private mutating func answer(_ word: Substring) -> HappyEyeballs.Event {
        let parts = word.split(separator: "=")
        let version: IPVersion? = parts[0] == "both" ? nil : parts[0] == "v6" ? .v6 : .v4
        if parts[1] == "none" { return .answered(version, .failure(SocketError(.getaddrinfo, .nameNotFound))) }
        if parts[1] == "again" { return .answered(version, .failure(SocketError(.getaddrinfo, .nameTryAgain))) }
        let addresses = parts[1].split(separator: ",").map { name in
            let address = EyeballStory.address(name)
            names[address] = String(name)
            return address
        }
        return .answered(version, .success(addresses))
    }

    private func end(of name: String, _ result: Substring) -> HappyEyeballs.Event {
        let number = started[name] ?? -1
        guard let code = EyeballStory.errors[String(result)] else { return .connected(number) }
        return .failed(number, SocketError(.connect, code))
    }

    private mutating func handle(_ event: HappyEyeballs.Event) {
        switch eyeballs.handle(event, at: now) {
        case .start(let number, let address):
            let name = names[address] ?? "?"
            #expect(started[name] == nil, "\(name) is tried twice")
            started[name] = number
            log.append("\(now / 1_000_000) \(name)")
        case .succeed(let number):
            log.append("\(now / 1_000_000) = \(started.first { $0.value == number }?.key ?? "?")")
        case .fail(let error): log.append("\(now / 1_000_000) ! \(text(error))")
        case nil: break
        }
    }

    private func text(_ error: SocketError) -> String {
        guard let peer = error.peerAddress?.ip else { return "\(error.operation) \(error.code.name)" }
        return "\(error.code.name) \(names[peer] ?? "?")"
    }
}
