import Sockets
import TestSupport
import Testing

/// What every poller has to do; each suite runs all of it on its own kind.
private func drain(_ poller: inout some ReadinessPoller & ~Copyable) -> [ReadyEvent] {
    var events: [ReadyEvent] = []
    while let event = poller.next() { events.append(event) }
    return events.sorted { $0.token < $1.token }
}

private func reportsState<Poller: ReadinessPoller & ~Copyable>(_: Poller.Type) throws {
    var poller = try Poller()
    let pair = try Socket.pair()
    try poller.add(pair.first, for: [.readable, .writable], token: 7)
    for _ in 0..<2 {
        let count = try poller.wait(until: .after(.seconds(10)))
        #expect(count == 1)
        let events = drain(&poller)
        #expect(events == [ReadyEvent(token: 7, readiness: .writable)])
    }
    _ = try pair.second.send([1].span)
    _ = try poller.wait(until: .after(.seconds(10)))
    #expect(drain(&poller) == [ReadyEvent(token: 7, readiness: [.readable, .writable])])
    try poller.modify(pair.first, for: .readable, token: 8)
    _ = try poller.wait(until: .after(.seconds(10)))
    #expect(drain(&poller) == [ReadyEvent(token: 8, readiness: .readable)])
    try poller.remove(pair.first)
    let silent = try poller.wait(until: .now)
    #expect(silent == 0)
    #expect(drain(&poller).isEmpty)
}

private func refusesNonsense<Poller: ReadinessPoller & ~Copyable>(_: Poller.Type) throws {
    let pair = try Socket.pair()
    var poller = try Poller()
    try poller.add(pair.first, for: .readable, token: 0)
    let negative = socketError { () throws(SocketError) in try poller.add(-1, for: .readable, token: 1) }
    #expect(negative?.code == .invalidInput)
    let notOpen = socketError { () throws(SocketError) in try poller.add(19_999, for: .readable, token: 1) }
    #expect(notOpen?.code == .badDescriptor)
    let twice = socketError { () throws(SocketError) in try poller.add(pair.first, for: .readable, token: 1) }
    #expect(twice?.code == .alreadyExists)
    let changed = socketError { () throws(SocketError) in try poller.modify(pair.second, for: .readable, token: 1) }
    #expect(changed?.code == .notFound)
    let removed = socketError { () throws(SocketError) in try poller.remove(pair.second) }
    #expect(removed?.code == .notFound)
}

private func holdsMany<Poller: ReadinessPoller & ~Copyable>(_: Poller.Type, _ count: Int) throws {
    var poller = try Poller()
    let sockets = try Many(count)
    for index in 0..<count { try poller.add(sockets.number(index), for: .readable, token: UInt64(index)) }
    for index in stride(from: 0, to: count, by: 3) { try sockets.wake(index) }
    var seen: Set<UInt64> = []
    let expected = Set(stride(from: 0, to: count, by: 3).map(UInt64.init))
    while seen != expected {
        let ready = try poller.wait(until: .after(.seconds(10)))
        #expect(ready > 0)
        if ready == 0 { break }
        for event in drain(&poller) {
            seen.insert(event.token)
            try poller.remove(sockets.number(Int(event.token)))
        }
    }
    #expect(seen == expected)
    let rest = try poller.wait(until: .now)
    #expect(rest == 0)
}

/// Many socket pairs, kept by descriptor because an array cannot hold what cannot be copied.
private final class Many {
    private var numbers: [(Int32, Int32)] = []

    init(_ count: Int) throws {
        for _ in 0..<count {
            let pair = try Socket.pair()
            numbers.append(Self.release(pair))
        }
    }

    private static func release(_ pair: consuming SocketPair) -> (Int32, Int32) {
        (pair.first.release(), pair.second.release())
    }

    deinit {
        for (one, other) in numbers {
            _ = try? Socket(adopting: one)
            _ = try? Socket(adopting: other)
        }
    }

    func number(_ index: Int) -> Int32 { numbers[index].0 }

    func wake(_ index: Int) throws {
        let socket = try Socket(adopting: numbers[index].1)
        _ = try socket.send([1].span)
        _ = socket.release()
    }
}

@Suite(.ownThread) struct ReadinessPollerTests {
    @Test func `select reports what is ready, again and again`() throws { try reportsState(SelectPoller.self) }
    @Test func `poll reports what is ready, again and again`() throws { try reportsState(PollPoller.self) }
    @Test func `select refuses what is not open or not watched`() throws { try refusesNonsense(SelectPoller.self) }
    @Test func `poll refuses what is not open or not watched`() throws { try refusesNonsense(PollPoller.self) }
    @Test func `select holds descriptors above 1024`() throws { try holdsMany(SelectPoller.self, 700) }
    @Test func `poll holds many descriptors and forgets removed ones`() throws { try holdsMany(PollPoller.self, 700) }
    #if os(Linux)
    @Test func `epoll reports what is ready, again and again`() throws { try reportsState(EpollPoller.self) }
    @Test func `epoll refuses what is not open or not watched`() throws { try refusesNonsense(EpollPoller.self) }
    @Test func `epoll holds more descriptors than one wait returns`() throws {
        try holdsMany(EpollPoller.self, 1000)
    }
    #endif
}
