import AsyncSockets

/// Who is there. An actor, because the tasks of all clients use it; it runs in the thread of the sockets, next to them.
actor Room {
    private let executor: LoopExecutor
    private var members: [String: AsyncStream<String>.Continuation] = [:]

    init(on loop: EventLoop) { executor = LoopExecutor(loop) }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Lets somebody in, unless there is one of that name.
    func enter(_ name: String, _ outbox: AsyncStream<String>.Continuation) -> Bool {
        guard !name.isEmpty, members[name] == nil else {
            outbox.yield("take another name\n")
            return false
        }
        tell("\(name) is here")
        members[name] = outbox
        outbox.yield("welcome, \(name): \(members.count) here\n")
        return true
    }

    func leave(_ name: String) {
        members.removeValue(forKey: name)?.finish()
        tell("\(name) has left")
    }

    /// Nobody waits for a slow member: its outbox keeps the latest lines only.
    func tell(_ line: String, from name: String? = nil) {
        let text = (name.map { "\($0): " } ?? "") + line + "\n"
        for (member, outbox) in members where member != name { outbox.yield(text) }
    }
}
