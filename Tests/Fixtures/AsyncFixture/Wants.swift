import AsyncSockets
import CSocketShim
import Glibc
import Sockets

/// Tells which engine a loop in this thread has, and whether that works, and ends the program.
///
/// With nothing in other threads, whose runtime needs an epoll of its own.
func sayEngine(_ kind: EngineKind?) -> Never {
    do {
        try EventLoop.run(engine: kind) { loop in
            say("\(loop.engineKind)")
            say(try await exchange(loop))
            await sayWhatIsLeft(loop)
        }
        say("done")
    } catch { say((error as? SocketError).map { describe($0) } ?? "\(error)") }
    exit(0)
}

/// Closes a hundred sockets, tells how many of them without an error, and goes on.
func closeAndGoOn(_ loop: EventLoop) async throws {
    var closed = 0
    for _ in 0..<100 {
        let socket = try AsyncUDPSocket(boundTo: "127.0.0.1:0", loop: loop)
        do throws(SocketError) {
            try await socket.close()
            closed += 1
        } catch { say(describe(error)) }
    }
    say("\(closed) closed")
    say(try await exchange(loop))
}

/// Starts a child while there are sockets of all kinds.
func startChild(_ loop: EventLoop) async throws {
    let listener = try AsyncTCPListener(on: "127.0.0.1:0", loop: loop)
    let client = try await AsyncTCPStream.connect(to: listener.localAddress, loop: loop)
    let server = try await listener.accept()
    let socket = try AsyncUDPSocket(boundTo: "127.0.0.1:0", loop: loop)
    let pair = try AsyncUnixStream.pair(on: loop)
    try await client.sendAll([1].span)
    var buffer: [UInt8] = [0]
    try await server.receiveExactly(into: &buffer)
    sayWhatAChildHas()
    _ = (socket.socket.loop, pair.first.socket.loop)
}

/// Has a shell tell which descriptors it was started with.
func sayWhatAChildHas() {
    // The text lives for the length of the call.
    _ = unsafe system("echo /proc/self/fd/*")
}

/// Makes groups of loops with fewer descriptors than they need, and then with enough.
func makeGroups(_ kind: EngineKind) async throws {
    // The runtime opens descriptors of its own when it first waits.
    try await Task.sleep(for: .milliseconds(1))
    let before = openPipes(), limit = csock_descriptor_limit()
    for spare in 0... {
        _ = csock_set_descriptor_limit(firstNumber(after: spare))
        let code = await madeGroup(kind)
        _ = csock_set_descriptor_limit(limit)
        var patience = 100
        while patience > 0, openPipes() > before {
            try await Task.sleep(for: .milliseconds(10))
            patience -= 1
        }
        if code != .tooManyDescriptors {
            return say("\(code?.name ?? "made"), \(spare > 7 ? "in the end" : "at once")")
        }
        if openPipes() > before { return say("\(openPipes() - before) pipes are left of \(spare)") }
    }
}

private func madeGroup(_ kind: EngineKind) async -> SocketError.Code? {
    do throws(SocketError) {
        await (try EventLoopGroup(count: 3, engine: kind)).shutdown()
        return nil
    } catch { return error.code }
}

/// The number that is free when so many others have been taken.
private func firstNumber(after spare: Int) -> Int64 {
    let free = (0..<1024 as Range<Int32>).filter { fcntl($0, F_GETFD) < 0 }
    return Int64(free[spare])
}

/// Each loop has some; what the runtime opens when it likes is of other types.
private func openPipes() -> Int { openSockets(S_IFIFO) }

/// Asks whether it is in the loop's thread, first there, then elsewhere.
func trespass(_ loop: EventLoop) async {
    let executor = LoopExecutor(loop)
    await Task(executorPreference: loop) { executor.checkIsolated() }.value
    say("inside")
    executor.checkIsolated()
    say("outside")
}
