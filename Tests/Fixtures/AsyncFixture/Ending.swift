import AsyncSockets
import Glibc
import Sockets

/// What ended a scenario too early.
func failure(_ body: () async throws -> Void) async -> SocketError? {
    do {
        try await body()
        return nil
    } catch let error as SocketError { return error } catch { fatalError("\(error)") }
}

func describe(_ error: SocketError, _ sent: Int = 0) -> String {
    "\(error.operation.rawValue) \(error.code.name), \(sent + error.transferred) sent"
}

/// Says what the loop still looks after, and how many sockets there are beside those of the begin.
func sayWhatIsLeft(_ loop: EventLoop) async {
    // What another thread has let go of, the loop hears of a moment later.
    await wait(1000, on: loop) { loop.slotCount == 0 }
    await wait(30, on: loop) { openSockets() <= before }
    say("left open: \(loop.slotCount) slots, \(openSockets() - before) sockets")
}

/// Looks so many times, and a millisecond apart, at most.
private func wait(_ times: Int, on loop: EventLoop, until isTrue: () -> Bool) async {
    var left = times
    while left > 0, !isTrue() {
        try? await loop.sleep(within: .milliseconds(1))
        left -= 1
    }
}

/// How many descriptors of this process are sockets, or of another type. Only `crowd` has more than a few.
func openSockets(_ type: mode_t = S_IFSOCK, below end: Int = 256) -> Int {
    (0..<Int32(truncatingIfNeeded: end)).count { number in
        var status = stat()
        // The call fills the status in.
        return unsafe fstat(number, &status) == 0 && status.st_mode & S_IFMT == type
    }
}
