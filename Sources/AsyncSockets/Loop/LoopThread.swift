internal import Sockets
internal import Synchronization

/// The thread of a loop. It makes the engine, because io_uring belongs to the thread that opened it, and then waits for the
/// loop to be put together around it.
final class LoopThread: ThreadBody, @unchecked Sendable {
    // Each variable is written by one thread before a wake-up, and read by the other one after it.
    private let makeEngine: @Sendable (SlotTable) throws(SocketError) -> any Engine
    private let engineIsReady: Waker
    private let loopIsReady: Waker
    private var slots: SlotTable?
    private var engine: Result<any Engine, SocketError>?
    private var loop: EventLoop?

    /// Throws: `tooManyDescriptors`.
    init(_ makeEngine: @escaping @Sendable (SlotTable) throws(SocketError) -> any Engine) throws(SocketError) {
        let first = try Waker(), second = try Waker()
        engineIsReady = first
        loopIsReady = second
        self.makeEngine = makeEngine
    }

    /// Starts the thread and returns its engine, or throws why there is none.
    func start(_ slots: SlotTable) throws(SocketError) -> any Engine {
        self.slots = slots
        try Thread.start(self, 0)
        engineIsReady.waitForever()
        guard let engine = engine.take() else { throw SocketError(.threadCreate, .cancelled) }
        return try engine.get()
    }

    /// Lets the thread run the loop.
    func begin(_ loop: EventLoop) {
        self.loop = loop
        loopIsReady.wake()
    }

    func run() {
        guard let slots = slots.take() else { return }
        let make = makeEngine
        let result = Result { () throws(SocketError) in try make(slots) }
        engine = result
        engineIsReady.wake()
        guard case .success = result else { return }
        loopIsReady.waitForever()
        loop.take()?.run()
    }
}
