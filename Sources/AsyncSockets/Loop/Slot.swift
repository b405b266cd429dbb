public import Sockets

/// What a loop knows of one socket, or of one timer, while it lives.
///
/// Slots lie in memory that stays where it is until the loop ends, and only the loop's thread touches them.
@safe
package struct Slot {
    // What every operation looks at lies together in the first 64 bytes, which the processor fetches at once. The whole has 192,
    // so that the next slot begins where the processor begins to fetch.

    package var state: State = []
    /// The place in the loop's table.
    package let index: UInt32
    /// The descriptor, or -1 for a timer. Other threads may look at it while the socket has an owner.
    package var descriptor: Int32 = -1
    /// Tells the slot's successive tenants apart, so that no late event reaches the wrong one. As the descriptor.
    package var generation: UInt32 = 0
    // Every slot in use holds a reference to its loop, which `open` takes and `vacate` gives back. For any thread.
    let loop: Unmanaged<EventLoop>
    /// The task whose cancellation its server passes on, so that its waits need no handler of their own. As its last act the
    /// task takes itself out of here, so whoever stands here lives.
    var guardian = 0
    package var read = Side()

    package var write = Side()
    /// What the engine keeps here.
    package var engine = EngineState()
    /// How many bytes the last receive had room for, or the most that fit in here.
    var latestRoom: UInt32 = 0
    /// Where it was to write, and so perhaps the next one. Unless a wait lends it, as `room` says, it is an address to fetch
    /// ahead, never to look at.
    var latestMemory: UnsafeMutableRawPointer?
    // Up to here it is what a message needs, in two lines, which are fetched ahead.

    /// Where the slot stands in the heap of timers, or -1.
    var heapIndex: Int32 = -1
    /// Why the engine does not look after it: a negated errno.
    var failure: Int32 = 0

    /// The server that the connection belongs to.
    var server: ObjectIdentifier?
    /// How long a wait may last that names no limit itself, in nanoseconds; looked at when the state is `limited`.
    var idleLimit = Int64.max
    /// When all operations end.
    var end = Int64.max
    /// Whoever waits for the close.
    var closer: UnsafeContinuation<Int32, Never>?
    /// The address of a connection's other end, from its begin until its stream is made.
    var peer: UnsafeMutablePointer<SocketAddress>?
    /// Whether the loop's thread has heard of its tenant, whom another thread may be about to write down until then.
    var isKnown = false
    // The rest of the third line.
    private let filler = 0

    /// What is true of the whole socket.
    package struct State: OptionSet {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// The next receive may find something.
        package static let readable = State(rawValue: 1 << 0)
        /// The next send may find room.
        package static let writable = State(rawValue: 1 << 1)
        /// The peer hung up, or an error or urgent data came: a receive of less than was asked for is not all.
        package static let ended = State(rawValue: 1 << 2)
        /// A transfer of less than was asked for has used up what there was.
        package static let shortIsAll = State(rawValue: 1 << 3)
        /// The engine may receive ahead of the receiver, because nothing but bytes can come.
        package static let isBytes = State(rawValue: 1 << 4)
        /// Nothing new begins, because the owner closed it.
        package static let closing = State(rawValue: 1 << 5)
        /// Nothing new begins, because the task that owns it was cancelled.
        package static let cancelled = State(rawValue: 1 << 6)
        /// The owner is gone, and the slot is free once all operations have ended.
        static let released = State(rawValue: 1 << 7)
        /// The engine has given the descriptor back.
        static let detached = State(rawValue: 1 << 8)
        /// The engine does not know it yet.
        static let unattached = State(rawValue: 1 << 10)
        /// The engine could not look after it.
        static let failed = State(rawValue: 1 << 11)
        /// Connections come in, not bytes.
        package static let listening = State(rawValue: 1 << 12)
        /// Nothing begins, because the time of the connection is up.
        static let expired = State(rawValue: 1 << 13)
        /// The descriptor is not closed in the end, because somebody gets it.
        static let wanted = State(rawValue: 1 << 14)
        /// The engine has told the kernel of it.
        package static let registered = State(rawValue: 1 << 15)
        /// Waits that name no limit have one.
        static let limited = State(rawValue: 1 << 9)
    }

    init(index: UInt32, loop: EventLoop) {
        self.index = index
        unsafe self.loop = .passUnretained(loop)
    }
}

extension Slot {
    /// Whether an operation goes on.
    var isBusy: Bool { read.isBusy || write.isBusy }

    /// Whether nothing is left to do for it when the loop ends.
    var isQuiet: Bool { state.contains([.closing, .detached]) && !isBusy }

    /// Closes the descriptor, once: 0 or a negated errno.
    mutating func closeDescriptor() -> Int32 {
        guard descriptor >= 0 else { return 0 }
        let result = unsafe loop.takeUnretainedValue().engine.close(descriptor)
        descriptor = -1
        return result
    }

    mutating func occupy(_ descriptor: Int32, _ state: State) {
        self.descriptor = descriptor
        self.state = state
        unsafe read = Side(sequence: read.sequence)
        unsafe write = Side(sequence: write.sequence)
        guardian = 0
        unsafe latestMemory = nil
        server = nil
        idleLimit = .max
        end = .max
        engine = EngineState()
    }
}

/// One direction of a socket: who waits there, for how long, and what became of it.
@safe
package struct Side {
    /// The operation that is suspended.
    package var waiter: UnsafeContinuation<Void, Never>?
    /// When the wait ends in vain.
    package var deadline = Int64.max
    /// Counts waits, so that a late cancellation does not hit the next one.
    var sequence: UInt32 = 0
    /// What the kernel answered to the operation, if the engine made it: a count, `nothing`, or a negated errno.
    package var result: Int32 = 0
    /// Why the waiter was woken.
    package var cause = WakeCause.ready
    /// Whether an operation goes on that takes more than one step.
    var isBusy = false
    /// Whether a wait has begun that nothing has ended; its waiter comes a little later, perhaps after other jobs.
    var isAwaited = false
    /// Whether the kernel works on the operation, with memory of the one who waits.
    package var isInFlight = false
    /// Whether the wait lends the slot's latest memory to the engine, for the bytes that come.
    package var isFilling = false

    /// The result of an operation that moved no bytes, such as the end of a stream; 0 is that of none.
    static let nothing = Int32.min
}

/// Why a wait ended.
package enum WakeCause: UInt8 {
    case ready, timedOut, cancelled, closed
}

/// The two directions of a socket: receiving, accepting on one side, sending and connecting on the other.
@usableFromInline
package enum Direction: UInt8, Sendable {
    case read, write
}

/// Memory for the engine's own notes on a socket.
package struct EngineState {
    package var first: Int32 = -1
    package var last: Int32 = -1
    package var count: Int16 = 0
    package var pending: Int16 = 0
    package var flags: UInt32 = 0
    package var error: Int32 = 0
}

/// Where a slot lies. A plain number, so that it can be copied before a suspension and used after it.
@usableFromInline
@safe
package struct SlotReference: @unchecked Sendable, Equatable {
    private let pointer: UnsafeMutablePointer<Slot>

    init(_ pointer: UnsafeMutablePointer<Slot>) { unsafe self.pointer = pointer }

    @usableFromInline
    package static func == (one: SlotReference, other: SlotReference) -> Bool { unsafe one.pointer == other.pointer }

    var address: UnsafeRawPointer { unsafe UnsafeRawPointer(pointer) }

    /// The slot, which stays while its owner lives or an operation goes on.
    package var slot: Slot {
        @inline(__always)
        unsafeAddress { unsafe UnsafePointer(pointer) }
        @inline(__always)
        nonmutating unsafeMutableAddress { unsafe pointer }
    }

    /// One of its sides.
    package subscript(direction: Direction) -> Side {
        @inline(__always)
        unsafeAddress { unsafe UnsafePointer(side(direction)) }
        @inline(__always)
        nonmutating unsafeMutableAddress { unsafe side(direction) }
    }

    @inline(__always)
    private func side(_ direction: Direction) -> UnsafeMutablePointer<Side> {
        // Both are fields of the slot.
        let offset = direction == .read ? Self.offsetOfRead : Self.offsetOfWrite
        return unsafe (UnsafeMutableRawPointer(pointer) + offset).assumingMemoryBound(to: Side.self)
    }

    private static var offsetOfRead: Int {
        @inline(__always)
        get { unsafe MemoryLayout<Slot>.offset(of: \.read).unsafelyUnwrapped }
    }

    private static var offsetOfWrite: Int {
        @inline(__always)
        get { unsafe MemoryLayout<Slot>.offset(of: \.write).unsafelyUnwrapped }
    }

}

// What other threads than the loop's may look at. They touch these fields alone, not the slot as a whole.
extension SlotReference {
    /// The loop that it belongs to.
    var loop: EventLoop {
        @inline(__always)
        get { unsafe loopField.pointee.takeUnretainedValue() }
    }

    /// Lets `body` use the loop without holding it, which the slot does.
    @inline(__always)
    func withLoop<Result>(_ body: (EventLoop) -> Result) -> Result {
        unsafe loopField.pointee._withUnsafeGuaranteedRef { body($0) }
    }

    /// The descriptor, for its owner.
    var descriptor: Int32 { unsafe field(MemoryLayout<Slot>.offset(of: \.descriptor), Int32.self).pointee }

    /// The generation, for its owner.
    var generation: UInt32 { unsafe field(MemoryLayout<Slot>.offset(of: \.generation), UInt32.self).pointee }

    /// Whom to tell when it is closed; before it is released.
    func setCloser(_ closer: UnsafeContinuation<Int32, Never>) {
        unsafe field(MemoryLayout<Slot>.offset(of: \.closer), UnsafeContinuation<Int32, Never>?.self).pointee = closer
    }

    /// Keeps the address of a connection's other end for its stream; for its owner.
    func keepPeer(_ address: SocketAddress) {
        let memory = UnsafeMutablePointer<SocketAddress>.allocate(capacity: 1)
        unsafe memory.initialize(to: address)
        unsafe field(MemoryLayout<Slot>.offset(of: \.peer), UnsafeMutablePointer<SocketAddress>?.self).pointee = memory
    }

    /// The peer's address, which is known here until somebody takes it; for its owner.
    @usableFromInline
    func takePeer() -> SocketAddress {
        let place = unsafe field(MemoryLayout<Slot>.offset(of: \.peer), UnsafeMutablePointer<SocketAddress>?.self)
        guard let memory = unsafe place.pointee.take() else { return .none }
        defer { unsafe memory.deallocate() }
        return unsafe memory.move()
    }

    private var loopField: UnsafeMutablePointer<Unmanaged<EventLoop>> {
        @inline(__always)
        get { unsafe field(MemoryLayout<Slot>.offset(of: \.loop), Unmanaged<EventLoop>.self) }
    }

    @inline(__always)
    private func field<Value>(_ offset: Int?, _ type: Value.Type) -> UnsafeMutablePointer<Value> {
        // The offset is that of a stored field of this type.
        unsafe (UnsafeMutableRawPointer(pointer) + offset.unsafelyUnwrapped).assumingMemoryBound(to: type)
    }
}
