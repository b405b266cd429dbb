internal import CSocketShim
public import Sockets
internal import Synchronization

/// Asks servers to stop, from any thread: accept nobody more, finish the clients there are, return from `run`.
///
/// One signal can stop several servers. It stays set: a server that runs later returns at once. Inside is a pipe, which
/// servers wait on together with their sockets. C: pipe(2), poll(2)
public final class StopSignal: Sendable {
    // All in one object: a child that abandons it writes to one page.
    private let request: Latch
    private let impatience: Latch
    private let requested = Atomic<Bool>(false)
    private let end = Guarded(Deadline.never)
    private let signals: SignalSource?

    private init(signals: SignalSource?) throws(SocketError) {
        let first = try Latch(), second = try Latch()
        request = first
        impatience = second
        self.signals = signals
    }

    /// A signal that is not set. Throws: `tooManyDescriptors`. C: pipe(2)
    public convenience init() throws(SocketError) { try self.init(signals: nil) }

    /// A signal that servers set themselves when one of these process signals comes; the second one ends the patience.
    ///
    /// The calling thread, and those it starts from now on, hold the signals back: make it at the start of a program.
    /// `restoreSignals()` undoes that. Throws: `notImplemented` off Linux. C: signalfd(2), pthread_sigmask(3)
    public convenience init(on signals: ProcessSignals) throws(SocketError) {
        try self.init(signals: SignalSource(signals))
    }

    /// Accepts nobody more, and lets running clients finish, however long that takes.
    public func stop() { stop(within: .seconds(Int64.max)) }

    /// Accepts nobody more, and ends the clients that still run after this time; of several times the earliest counts.
    ///
    /// How they are ended, and when a second call is heard of, differs: each server says it. A time of zero is heard of
    /// at once.
    public func stop(within patience: Duration) {
        end.withLock { $0 = min($0, .after(patience)) }
        requested.store(true, ordering: .releasing)
        request.set()
        if patience <= .zero { impatience.set() }
    }

    /// Whether somebody asked to stop.
    public var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// Lets the thread that made it get the process signals again, as before. To be called on that thread.
    /// C: pthread_sigmask(3)
    public func restoreSignals() { signals?.restore() }

    /// When the patience with running clients ends.
    var deadline: Deadline { end.withLock { $0 } }

    /// Readable once stopping was asked for.
    var descriptor: Int32 { request.descriptor }

    /// Readable once there is no more patience.
    var impatienceDescriptor: Int32 { impatience.descriptor }

    /// Readable when a process signal waits; -1 when it takes none.
    var signalDescriptor: Int32 { signals?.descriptor ?? -1 }

    /// Takes the process signals that came: the first one asks to stop, the next one ends the patience.
    func takeSignals() {
        while signals?.take() == true {
            if isRequested { stop(within: .zero) } else { stop() }
        }
    }

    /// Closes what a forked child has of it. Its owner never ends there, because the child leaves by `_exit`.
    func abandonInChild() {
        request.abandonInChild()
        impatience.abandonInChild()
        signals?.abandonInChild()
    }
}
