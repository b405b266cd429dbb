internal import Synchronization

/// What other threads tell a loop, in the order they did. Senders never wait for each other or for the loop.
final class Inbox: Sendable {
    /// Something for the loop's thread to do.
    enum Message {
        case job(JobQueue.Entry)
        case call(@Sendable () -> Void)
        /// Ends one wait, if it still goes on.
        case cancel(SlotReference, generation: UInt32, Direction, sequence: UInt32)
        case attach(SlotReference, generation: UInt32)
        case release(SlotReference)
        /// Gives the engine memory back that it had lent.
        case takeBack(LoanNote)
    }

    private struct Node {
        let message: Message
        let next: UInt
    }

    // The address of the last message; each knows the one before it.
    private let last = Atomic<UInt>(0)

    deinit { drain { _ in } }

    /// Adds a message, and says whether the loop has to be woken for it.
    func send(_ message: Message) -> Bool {
        let node = UnsafeMutablePointer<Node>.allocate(capacity: 1)
        var before = last.load(ordering: .relaxed)
        while true {
            unsafe node.initialize(to: Node(message: message, next: before))
            let (exchanged, original) = last.weakCompareExchange(
                expected: before, desired: UInt(bitPattern: node), ordering: .sequentiallyConsistent)
            if exchanged { return before == 0 }
            unsafe node.deinitialize(count: 1)
            before = original
        }
    }

    /// Whether there may be something.
    var isEmpty: Bool { last.load(ordering: .relaxed) == 0 }

    /// Takes all messages out, the oldest first.
    func drain(_ body: (Message) -> Void) {
        var node = last.exchange(0, ordering: .sequentiallyConsistent)
        var messages: [Message] = []
        while let pointer = unsafe UnsafeMutablePointer<Node>(bitPattern: node) {
            // The node is ours alone since the exchange.
            let taken = unsafe pointer.move()
            unsafe pointer.deallocate()
            messages.append(taken.message)
            node = taken.next
        }
        for message in messages.reversed() { body(message) }
    }
}
