import AsyncSockets
import Glibc
import Sockets

/// Has a group of loops serve as many clients as there can be, up to ten thousand, and shuts it down in their midst.
func crowd(_ kind: EngineKind) async throws {
    let before = openDescriptors(), inherited = openSockets(below: descriptorLimit())
    let group = try EventLoopGroup(count: 2, engine: kind)
    var configuration = ServeConfiguration()
    let counters = ServeCounters()
    configuration.counters = counters
    let (addresses, found) = AsyncStream.makeStream(of: IPSocketAddress.self)
    let server = Task { [configuration] in
        try await group.serve(on: .loopback(port: 0), configuration, onListening: { found.yield($0) }) { client in
            // Some wait for the next byte, some for room that never comes, some for time.
            var buffer: [UInt8] = [0]
            _ = try await client.receive(into: &buffer)
            if buffer == [1] { try await client.socket.loop.sleep(within: .forever) }
            if buffer == [2] { try await client.sendAll([UInt8](repeating: 0, count: 8 << 20).span) }
            _ = try await client.receive(into: &buffer)
        }
    }
    guard let address = await addresses.first(where: { _ in true }) else { return }
    let count = min(10_000, (descriptorLimit() - before - 100) / 2)
    var clients: [Int32] = []
    // From an address of their own, so that they do not take the ports of the tests that run meanwhile.
    let source = try IPSocketAddress(parsing: "127.77.0.\(1 + (EngineKind.available.firstIndex(of: kind) ?? 0)):0")
    for number in 0..<count {
        let client = try TCPStream.connect(to: address, from: source)
        // Few of those that send much, whose bytes are memory.
        try client.sendAll([number % 500 == 2 ? 2 : number % 3 == 1 ? 1 : 0].span)
        clients.append(client.intoSocket().release())
        while number - counters.accepted > 200 { await Task.yield() }
    }
    while counters.active < count { await Task.yield() }
    say("\(count) clients")
    // Other processes make it take longer than its own time, which is what it needs on two processors at most.
    let begin = processorTime()
    await group.shutdown()
    _ = await server.result
    say("ended in time: \(processorTime() - begin < 2)")
    let slots = group.loops.reduce(0) { $0 + $1.slotCount }
    for client in clients { _ = try Socket(adopting: client) }
    // The engines' own go with the group.
    let left = openSockets(below: descriptorLimit()) - inherited
    say("\(counters.active) active, \(slots) slots, \(left) sockets of the server")
}

private func descriptorLimit() -> Int {
    var limit = rlimit()
    // The call fills the limit in.
    _ = unsafe getrlimit(__rlimit_resource_t(7), &limit)
    return Int(limit.rlim_cur)
}

/// What all threads have used, in seconds.
private func processorTime() -> Double {
    var time = timespec()
    // The call fills the time in.
    _ = unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

private func openDescriptors() -> Int { count { fcntl($0, F_GETFD) >= 0 } }

private func count(_ isCounted: (Int32) -> Bool) -> Int {
    (0..<Int32(truncatingIfNeeded: descriptorLimit())).count(where: isCounted)
}
