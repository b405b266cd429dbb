#if os(Linux)
/// Which operation of which socket a result is of, as the number that goes through the kernel with it.
struct RingOperation {
    enum Kind: UInt8 {
        /// Nobody wants to hear of it.
        case none
        case wakeUp
        case receive
        case send
        case readable
        case writable
    }

    let kind: Kind
    let index: UInt32

    /// A slot stays until all its operations have ended, so its place names it.
    @inline(__always)
    init(_ kind: Kind, _ slot: SlotReference) {
        self.kind = kind
        index = slot.slot.index
    }

    init(_ kind: Kind) {
        self.kind = kind
        index = 0
    }

    @inline(__always)
    init(user: UInt64) {
        kind = Kind(rawValue: UInt8(truncatingIfNeeded: user >> 32)) ?? .none
        index = UInt32(truncatingIfNeeded: user)
    }

    var user: UInt64 {
        @inline(__always)
        get { UInt64(kind.rawValue) << 32 | UInt64(index) }
    }
}

/// What the ring's engine keeps in a slot's `engine.flags`.
struct RingState: OptionSet {
    let rawValue: UInt32

    /// The kernel receives ahead.
    static let receiving = RingState(rawValue: 1 << 0)
    /// It was told to stop that.
    static let stopping = RingState(rawValue: 1 << 1)
    /// The stream has ended.
    static let ended = RingState(rawValue: 1 << 2)
    /// There was no buffer; the receive begins again when there is one.
    static let starved = RingState(rawValue: 1 << 3)
    /// The kernel watches for readiness.
    static let awaitingReadable = RingState(rawValue: 1 << 4)
    static let awaitingWritable = RingState(rawValue: 1 << 5)
    /// The slot's owner is gone, or takes the descriptor away.
    static let detaching = RingState(rawValue: 1 << 6)
    /// The owner receives by calls of its own, which have to see all that comes: nothing is received ahead any more.
    static let direct = RingState(rawValue: 1 << 7)
    /// The last look at its readiness found an error.
    static let hadError = RingState(rawValue: 1 << 8)
    /// The kernel is asked to watch a little later.
    static let delayedReadable = RingState(rawValue: 1 << 9)
    static let delayedWritable = RingState(rawValue: 1 << 10)
    /// The receive was to be one for all.
    static let multishot = RingState(rawValue: 1 << 11)
}

extension SlotReference {
    var ring: RingState {
        @inline(__always)
        get { RingState(rawValue: slot.engine.flags) }
        @inline(__always)
        nonmutating set { slot.engine.flags = newValue.rawValue }
    }
}
#endif
