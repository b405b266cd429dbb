internal import CSocketShim
internal import Sockets

/// Running children of a server, each known by its id and, where the system has that, by a descriptor that tells its end.
///
/// They are waited for by id: waiting for any child would take children of other code away from it.
/// C: fork(2), waitpid(2), pidfd_open(2)
struct ChildProcesses: ~Copyable, Sendable {
    private var children = UnforkedArray<Child>()

    private struct Child {
        let process: Int32
        /// Of the process, or -1: then it is asked for on a tick.
        let descriptor: Int32
    }

    deinit {
        for index in children.indices where children[index].descriptor >= 0 {
            _ = csock_close(children[index].descriptor)
        }
    }

    var count: Int { children.count }
    var isEmpty: Bool { children.isEmpty }

    /// When to look again: soon, if there is a child without a descriptor.
    var nextLook: Deadline {
        children.indices.contains { children[$0].descriptor < 0 } ? .after(.milliseconds(100)) : .never
    }

    /// From now on, what is written here and in the poll set costs children no memory. Throws: `outOfMemory`.
    mutating func keepFromChildren(_ poll: inout PollSet) throws(SocketError) {
        try children.keepFromChildren()
        try poll.keepFromChildren()
    }

    /// Makes room for one more child, which has to be kept once it is there. Throws: `outOfMemory`.
    mutating func reserve(_ poll: inout PollSet) throws(SocketError) {
        try children.reserve()
        try poll.reserve()
    }

    /// Keeps a child, for which room was reserved, and watches it in the poll set, behind those added before.
    mutating func add(_ process: Int32, _ poll: inout PollSet) {
        let descriptor = csock_process_descriptor(process)
        children.append(Child(process: process, descriptor: max(-1, descriptor)))
        poll.append(max(-1, descriptor))
    }

    /// Takes the children that ended, and accounts for them.
    mutating func reap(_ poll: inout PollSet, _ service: Service) {
        for index in children.indices.reversed() {
            let child = children[index]
            guard child.descriptor < 0 || poll.isReady(PollSet.own + index) else { continue }
            guard let status = Self.status(of: child.process, csock_WNOHANG) else { continue }
            remove(at: index, &poll)
            service.end(child.process, status)
        }
    }

    private mutating func remove(at index: Int, _ poll: inout PollSet) {
        let child = children[index]
        children.remove(at: index)
        poll.remove(at: PollSet.own + index)
        if child.descriptor >= 0 { _ = csock_close(child.descriptor) }
    }

    /// The exit status, nil while it runs; 0 when somebody else has taken it (ECHILD).
    private static func status(of process: Int32, _ flags: Int32) -> Int32? {
        var status: Int32 = 0
        while true {
            let result = unsafe csock_waitpid(process, &status, flags)
            if result == -csock_EINTR { continue }
            return result == 0 ? nil : status
        }
    }

    /// Waits until all ended; when there is no more patience, asks them to end, and a second later ends them.
    mutating func drain(_ poll: inout PollSet, _ service: Service) throws(SocketError) {
        try drain(&poll, service) { service.stop.deadline }
        kill(csock_SIGTERM)
        // It tells of the end of the patience for ever.
        poll.place(-1, at: PollSet.stop)
        let end = Deadline.after(.seconds(1))
        try drain(&poll, service) { end }
        kill(csock_SIGKILL)
        try drain(&poll, service) { .never }
    }

    private mutating func drain(
        _ poll: inout PollSet, _ service: Service, until deadline: () -> Deadline
    ) throws(SocketError) {
        while !isEmpty, !deadline().hasPassed {
            try poll.wait(until: min(deadline(), nextLook))
            if poll.isReady(PollSet.signals) { service.stop.takeSignals() }
            reap(&poll, service)
        }
    }

    /// Sends all of them a signal. Their ids are theirs as long as they are not waited for. C: kill(2)
    private func kill(_ signal: Int32) {
        for index in children.indices { _ = csock_kill(children[index].process, signal) }
    }
}

extension Service {
    /// Accounts for a child that ended.
    func end(_ process: Int32, _ status: Int32) {
        if status == 0 { counters.end(failed: false) } else { fail(.childFailed(process: process, status: status)) }
    }
}

/// Children of this process. C: fork(2)
enum Fork {
    /// Makes a child that runs `life` and leaves with the status 0 when that succeeds; returns the child's id.
    static func child(_ life: () -> Bool) throws(SocketError) -> Int32 {
        let child = csock_fork()
        if child < 0 { throw failure(.fork, Int64(child)) }
        if child == 0 { leave(life() ? 0 : 1) }
        return child
    }

    /// Throws when the process has more than this thread, which alone would live on in the child.
    static func requireOneThread() throws(SocketError) {
        let count = csock_thread_count()
        guard count > 1 else { return }
        throw SocketError(
            .fork, .notSupported, detail: "the process has \(count) threads, and a child would have one: fork earlier")
    }

    /// Ends a child without what the parent would run at its end, such as the removal of a socket's file. C: _exit(2)
    private static func leave(_ status: Int32) -> Never {
        while true { csock_exit_now(status) }
    }
}
