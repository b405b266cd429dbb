internal import CSocketShim
public import Sockets
internal import Synchronization

/// Asks servers to stop, from any thread: accept nobody more, finish the clients there are, return from `run`.
///
/// One signal can stop several servers. It stays set: a server that runs later returns at once. Inside is a pipe, which
/// servers wait on together with their sockets. C: pipe(2), poll(2)
public final class StopSignal: Sendable {
    private let readEnd: OwnedDescriptor
    private let requested = Atomic<Bool>(false)
    private let state: Mutex<State>
    private let signals: SignalSource?

    private struct State: ~Copyable {
        var deadline = Deadline.never
        var writeEnd: OwnedDescriptor?
    }

    private init(_ pipe: consuming Pipe, _ signals: SignalSource?) {
        readEnd = pipe.readEnd
        state = Mutex(State(writeEnd: pipe.writeEnd))
        self.signals = signals
    }

    /// A signal that is not set. Throws: `tooManyDescriptors`. C: pipe(2)
    public convenience init() throws(SocketError) { self.init(try Pipe(), nil) }

    /// A signal that servers set themselves when one of these process signals comes; the second one ends the patience.
    ///
    /// The calling thread, and those it starts from now on, hold the signals back: make it at the start of a program.
    /// `restoreSignals()` undoes that. Throws: `notImplemented` off Linux. C: signalfd(2), pthread_sigmask(3)
    public convenience init(on signals: ProcessSignals) throws(SocketError) {
        self.init(try Pipe(), try SignalSource(signals))
    }

    /// Accepts nobody more, and lets running clients finish, however long that takes.
    public func stop() { stop(within: .seconds(Int64.max)) }

    /// Accepts nobody more, and ends the clients that still run after this time; of several times the earliest counts.
    ///
    /// How they are ended, and when a second call is heard of, differs: each server says it. A time of zero is heard of
    /// at once.
    public func stop(within patience: Duration) {
        requested.store(true, ordering: .sequentiallyConsistent)
        state.withLock { state in
            state.deadline = min(state.deadline, .after(patience))
            if patience <= .zero { state.writeEnd = nil }
            if let number = state.writeEnd?.number { wake(number) }
        }
    }

    /// Whether somebody asked to stop.
    public var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// Lets the thread that made it get the process signals again, as before. To be called on that thread.
    /// C: pthread_sigmask(3)
    public func restoreSignals() { signals?.restore() }

    /// When the patience with running clients ends.
    var deadline: Deadline { state.withLock { $0.deadline } }

    /// Readable once stopping was asked for; the other end hangs up when there is no more patience.
    var descriptor: Int32 { readEnd.number }

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
        state.withLock { $0.writeEnd = nil }
        _ = csock_close(readEnd.number)
        signals?.abandonInChild()
    }
}

/// Writes one byte; a full pipe says the same. C: write(2)
func wake(_ writeEnd: Int32) {
    var byte: UInt8 = 1
    // The byte lives on the stack for the length of the call.
    _ = unsafe csock_write(writeEnd, &byte, 1)
}

struct Pipe: ~Copyable, Sendable {
    let readEnd: OwnedDescriptor
    let writeEnd: OwnedDescriptor

    /// A pipe whose ends never wait and are closed by exec. C: pipe2(2)
    init() throws(SocketError) {
        var numbers = InlineArray<2, Int32>(repeating: -1)
        var span = numbers.mutableSpan
        // The call writes two numbers, which is the room there is.
        _ = try unsafe span.withUnsafeMutableBufferPointer { (pair) throws(SocketError) in
            try check(.pipe) { unsafe csock_pipe(pair.baseAddress!, csock_SOCK_CLOEXEC | csock_SOCK_NONBLOCK) }
        }
        let (first, second) = (numbers[0], numbers[1])
        let read = try OwnedDescriptor(adopting: first), write = try OwnedDescriptor(adopting: second)
        readEnd = read
        writeEnd = write
    }
}
