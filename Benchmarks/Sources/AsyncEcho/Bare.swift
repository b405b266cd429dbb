import Builtin
import CSocketShim
import Sockets

// What tasks cost by themselves, to tell it from what AsyncSockets adds: a task for each connection, a continuation for each
// message, and the calls that the server in C makes. Nothing here can be cancelled, closed by somebody else, or late.

/// Serves in this thread, for ever.
func serveBare(_ port: Port, _ room: Int) throws {
    let listener = try TCPListener(on: .loopback(port: port))
    try listener.socket.setOption(.noDelay, to: true)
    try listener.socket.setMode(.nonBlocking)
    listener.socket.withDescriptor { (descriptor) in
        let loop = BareLoop(descriptor)
        while true { loop.turn(room) }
    }
}

@safe
private final class BareLoop: TaskExecutor, @unchecked Sendable {
    // All of it belongs to the one thread.
    private let listener: Int32
    private let epoll = csock_epoll_create()
    private let events: UnsafeMutableRawPointer
    @exclusivity(unchecked) private var jobs: [UnownedJob] = []
    @exclusivity(unchecked) private var next: [UnownedJob] = []
    /// By descriptor.
    @exclusivity(unchecked) private var waiters: [UnsafeContinuation<Void, Never>?] = unsafe []
    private static let capacity = 64

    init(_ listener: Int32) {
        self.listener = listener
        unsafe events = .allocate(byteCount: Self.capacity * csock_epoll_event_size(), alignment: 16)
        watch(listener)
    }

    func enqueue(_ job: consuming ExecutorJob) { unsafe next.append(UnownedJob(job)) }
    func asUnownedTaskExecutor() -> UnownedTaskExecutor { unsafe UnownedTaskExecutor(ordinary: self) }

    /// Waits, wakes the tasks of the connections that something came for, and runs them.
    func turn(_ room: Int) {
        // The memory has room for as many events.
        let count = unsafe csock_epoll_wait_plain(epoll, events, Int32(Self.capacity), -1)
        for index in 0..<max(0, Int(count)) {
            var number: UInt64 = 0
            // The index is below the number of events there are.
            _ = unsafe csock_epoll_event(events, index, &number)
            let descriptor = Int32(truncatingIfNeeded: number)
            if descriptor == listener { accept(room) } else { wake(descriptor) }
        }
        while unsafe !next.isEmpty { run() }
    }

    private func run() {
        unsafe swap(&jobs, &next)
        // An executor runs the jobs that it was given.
        for job in unsafe jobs { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
        unsafe jobs.removeAll(keepingCapacity: true)
    }

    private func accept(_ room: Int) {
        while case let descriptor = csock_accept(listener, nil, nil, csock_SOCK_NONBLOCK), descriptor >= 0 {
            while unsafe waiters.count <= descriptor { unsafe waiters.append(nil) }
            Task(executorPreference: self) { await self.echo(descriptor, room) }
        }
    }

    private func wake(_ descriptor: Int32) {
        // Each continuation is resumed once, because it is taken.
        if let waiter = unsafe waiters[Int(descriptor)].take() { unsafe waiter.resume() }
    }

    private func watch(_ descriptor: Int32, _ operation: Int32 = csock_EPOLL_CTL_ADD, _ events: Int32 = csock_EPOLLIN) {
        guard csock_epoll_ctl(epoll, operation, descriptor, UInt32(events), UInt64(descriptor)) == 0 else {
            fatalError("epoll_ctl")
        }
    }

    private func echo(_ descriptor: Int32, _ room: Int) async {
        var buffer = [UInt8](repeating: 0, count: room)
        watch(descriptor)
        while true {
            await readiness(of: descriptor)
            let count = receive(descriptor, &buffer)
            if count == -Int(csock_EAGAIN) { continue }
            guard count > 0 else { break }
            let sent = send(descriptor, &buffer, 0..<count)
            if sent == count { continue }
            guard await sendRest(descriptor, &buffer, max(0, sent)..<count, sent) else { break }
        }
        _ = csock_close(descriptor)
    }

    /// As the server in C: waits for room instead of bytes meanwhile.
    private func sendRest(
        _ descriptor: Int32, _ buffer: inout [UInt8], _ rest: Range<Int>, _ first: Int
    ) async -> Bool {
        var (rest, answer) = (rest, first)
        watch(descriptor, csock_EPOLL_CTL_MOD, csock_EPOLLOUT)
        while !rest.isEmpty {
            guard answer > 0 || answer == -Int(csock_EAGAIN) else { return false }
            await readiness(of: descriptor)
            answer = send(descriptor, &buffer, rest)
            rest = (rest.lowerBound + max(0, answer))..<rest.upperBound
        }
        watch(descriptor, csock_EPOLL_CTL_MOD, csock_EPOLLIN)
        return true
    }

    private func receive(_ descriptor: Int32, _ buffer: inout [UInt8]) -> Int {
        // The call writes no more than the array has.
        unsafe buffer.withUnsafeMutableBytes { memory in
            Int(unsafe csock_recv_plain(descriptor, memory.baseAddress, memory.count, csock_MSG_DONTWAIT))
        }
    }

    private func send(_ descriptor: Int32, _ buffer: inout [UInt8], _ part: Range<Int>) -> Int {
        // The part is one of what was received.
        unsafe buffer.withUnsafeMutableBytes { memory in
            let flags = csock_MSG_DONTWAIT | csock_MSG_NOSIGNAL
            return unsafe Int(
                csock_send_plain(descriptor, memory.baseAddress.map { unsafe $0 + part.lowerBound }, part.count, flags))
        }
    }

    /// As in AsyncSockets, without the hops of `withUnsafeContinuation`.
    private func readiness(of descriptor: Int32) async {
        await Builtin.withUnsafeContinuation { (raw: Builtin.RawUnsafeContinuation) in
            // The public type has the raw continuation as its only field.
            unsafe self.waiters[Int(descriptor)] = Builtin.reinterpretCast(raw)
        } as Void
    }
}
