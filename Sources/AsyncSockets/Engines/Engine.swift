internal import CSocketShim
package import Sockets

/// What carries out the operations of a loop: the contract that all engines fulfil, and that `SocketsTesting` imitates.
///
/// All calls but `wakeUp` come from the loop's thread. An operation is attempted; it answers with a count, with a negated
/// errno, or with one of ``Attempt``'s numbers. Whoever is told to wait is woken by `SlotReference.wake` and attempts it
/// again. An operation in flight keeps the caller's memory until the engine wakes it with a result. A receive that waits lends
/// its memory, too, as `SlotReference.room`: the engine may receive into it before it wakes the waiter, with the answer. All
/// others touch memory during the call only.
package protocol Engine: AnyObject {
    /// Which one it is.
    var kind: EngineKind { get }
    /// The time that deadlines are measured on, in nanoseconds.
    var now: Int64 { get }
    /// The mode that a socket of this kind has to be in.
    func mode(for state: Slot.State) -> BlockingMode

    /// Begins to look after a socket: 0 or a negated errno.
    func attach(_ slot: SlotReference) -> Int32
    /// Stops: true when the descriptor can be closed at once; otherwise the engine says `slot.detached()` later.
    func detach(_ slot: SlotReference) -> Bool
    /// Forgets what it has taken in ahead for a socket that is closed next.
    func willClose(_ slot: SlotReference)

    /// What it has taken in ahead for a socket that it looks after no more, and nobody has got. It is the caller's then.
    func leftovers(_ slot: SlotReference) -> Leftovers

    /// Whether it takes in bytes of streams before somebody asks for them, which calls on the sockets themselves do not see.
    var receivesAhead: Bool { get }
    /// Takes in nothing ahead any more. How many bytes there are, which `receive` hands out; or the error that follows; or
    /// `pending` as long as more may come; or 0, when calls on the socket itself see all that comes.
    func endAhead(_ slot: SlotReference) -> Int
    /// Copies bytes that it took in ahead, which stay.
    func peekAhead(_ slot: SlotReference, _ memory: UnsafeMutableBufferPointer<UInt8>) -> Int

    /// Receives bytes.
    func receive(_ slot: SlotReference, _ memory: UnsafeMutableBufferPointer<UInt8>) -> Int
    /// Receives bytes into memory of the engine, which is lent until it is given back.
    func receive(_ slot: SlotReference, lending loan: inout Loan) -> Int
    /// Takes lent memory back.
    func takeBack(_ loan: consuming Loan)
    /// Sends bytes.
    func send(_ slot: SlotReference, _ memory: UnsafeBufferPointer<UInt8>) -> Int
    /// Takes the next connection: its descriptor.
    func accept(_ slot: SlotReference, _ peer: inout SocketAddress) -> Int

    /// Whether a call on the descriptor in this direction is worth a try.
    func isReady(_ slot: SlotReference, _ direction: Direction) -> Bool
    /// After a call that would have to wait: `pending`, and the next wake says that another is worth a try; or an error.
    func awaitReadiness(_ slot: SlotReference, _ direction: Direction) -> Int
    /// After a call of another thread that would have to wait: 0 when an event came since, or else as `awaitReadiness`.
    func reconsider(_ slot: SlotReference, _ direction: Direction) -> Int
    /// Ends a wait early: true when the waiter can go at once; otherwise the engine wakes it when the kernel has let go
    /// of its memory.
    func interrupt(_ slot: SlotReference, _ direction: Direction) -> Bool

    /// Waits for events and wakes whom they concern, for at most this many nanoseconds; negative waits for ever.
    func wait(_ timeout: Int64)
    /// Ends the wait, from any thread.
    func wakeUp()

    /// The sockets that only this engine knows; nil for engines of the kernel's sockets.
    var virtualSockets: (any VirtualSockets)? { get }
}

extension Engine {
    package var virtualSockets: (any VirtualSockets)? { nil }

    /// Closes a descriptor that it looks after no more: 0 or a negated errno. From any thread.
    func close(_ descriptor: Int32) -> Int32 {
        guard descriptor >= VirtualNumber.first else { return csock_close(descriptor) }
        return virtualSockets?.close(descriptor) ?? -csock_EBADF
    }
}

extension Engine {
    // Engines that take in what was asked for only.

    /// There is nothing.
    package func willClose(_ slot: SlotReference) {}
    /// No.
    package var receivesAhead: Bool { false }
    /// Nothing is there.
    package func endAhead(_ slot: SlotReference) -> Int { 0 }
    /// Nothing is there.
    package func peekAhead(_ slot: SlotReference, _ memory: UnsafeMutableBufferPointer<UInt8>) -> Int { 0 }
    /// Nothing.
    package func leftovers(_ slot: SlotReference) -> Leftovers { Leftovers() }
}

/// What an engine has taken in ahead of those who wait.
package struct Leftovers: Sendable {
    /// Bytes of a stream.
    package var bytes: [UInt8]
    /// Descriptors of connections that a listener accepted.
    package var connections: [Int32]

    package init(bytes: [UInt8] = [], connections: [Int32] = []) {
        self.bytes = bytes
        self.connections = connections
    }
}

/// What an attempt can answer instead of a count or a negated errno.
@usableFromInline
package enum Attempt {
    /// Wait for a wake, then try again.
    package static let pending = Int.min
    /// The kernel has the memory; the wake brings the result.
    package static let inFlight = Int.min + 1
    /// This is not the loop's thread.
    @usableFromInline
    static let elsewhere = Int.min + 2
    /// Another operation goes on in this direction.
    static let busy = Int.min + 3
    static let closed = Int.min + 4
    static let cancelled = Int.min + 5
    /// The time of the whole connection is up.
    static let expired = Int.min + 6
    /// Others have waited long enough: let them run first.
    static let yield = Int.min + 7
}

/// Memory of the engine that holds received bytes.
@usableFromInline
@safe
package struct Loan: ~Copyable, @unchecked Sendable {
    package var memory: UnsafeMutableRawPointer?
    package var count = 0
    package var token: Int32 = -1

    @usableFromInline
    package init() { unsafe memory = nil }
}

/// A loan on its way back from another thread.
@safe
struct LoanNote: @unchecked Sendable {
    let memory: UnsafeMutableRawPointer?
    let token: Int32

    var loan: Loan {
        var loan = Loan()
        unsafe loan.memory = memory
        loan.token = token
        return loan
    }
}
