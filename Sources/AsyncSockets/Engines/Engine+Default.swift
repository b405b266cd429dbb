internal import CSocketShim
internal import Sockets

/// The engines of this system, the preferred one first. This is the one list of them.
#if os(Linux)
private let engines: [(kind: EngineKind, make: @Sendable (SlotTable) throws(SocketError) -> any Engine)] = [
    (.epoll, { (slots) throws(SocketError) in try EpollEngine(slots) }),
    (.ring, { (slots) throws(SocketError) in try RingEngine(slots) }),
    (.poll, { (_) throws(SocketError) in try PollEngine() }),
]
#elseif canImport(Darwin) || os(FreeBSD) || os(OpenBSD)
private let engines: [(kind: EngineKind, make: @Sendable (SlotTable) throws(SocketError) -> any Engine)] = [
    (.kqueue, { (slots) throws(SocketError) in try KqueueEngine(slots) }),
    (.poll, { (_) throws(SocketError) in try PollEngine() }),
]
#else
private let engines: [(kind: EngineKind, make: @Sendable (SlotTable) throws(SocketError) -> any Engine)] = [
    (.poll, { (_) throws(SocketError) in try PollEngine() })
]
#endif

extension EngineKind {
    /// The engines that work on this system and in this process, the preferred one first.
    public static let available: [EngineKind] = engines.filter { engine in
        // An engine is tried by making one, because what is there may still be forbidden.
        (try? engine.make(SlotTable())) != nil
    }.map(\.kind)
}

/// Makes the engine that was asked for, or that the environment names, or the first one that works here.
func makeEngine(_ wanted: EngineKind?, _ slots: SlotTable) throws(SocketError) -> any Engine {
    if let wanted = wanted ?? environmentChoice() { return try makeNamed(wanted, slots) }
    var reason = SocketError(.inspect, .notSupported)
    for engine in engines {
        do throws(SocketError) { return try engine.make(slots) } catch { reason = error }
    }
    throw reason
}

private func makeNamed(_ wanted: EngineKind, _ slots: SlotTable) throws(SocketError) -> any Engine {
    guard let engine = engines.first(where: { $0.kind == wanted }) else {
        let known = engines.map(\.kind.rawValue).joined(separator: ", ")
        throw SocketError(.inspect, .invalidInput, detail: "there is no engine \"\(wanted)\" here; there are: \(known)")
    }
    return try engine.make(slots)
}

private func environmentChoice() -> EngineKind? {
    // The text is copied before anybody else can change the environment's.
    guard let text = unsafe csock_environment("SOCKETS_ENGINE") else { return nil }
    let name = unsafe String(cString: text)
    return name.isEmpty ? nil : EngineKind(rawValue: name)
}
