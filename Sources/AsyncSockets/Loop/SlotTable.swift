internal import Synchronization

/// All slots of a loop, in blocks that are never moved, and the free ones among them. Taking and giving is for any thread.
@safe
package final class SlotTable: @unchecked Sendable {
    private static let blockSize = 256, mostBlocks = 16384

    // A block is entered before the first of its slots is handed out, and stays.
    private let blocks = UnsafeMutablePointer<UnsafeMutablePointer<Slot>?>.allocate(capacity: mostBlocks)
    private let lock = SpinLock()
    // Under the lock:
    @exclusivity(unchecked)
    private var blockCount = 0
    @exclusivity(unchecked)
    private var free: [UInt32] = []
    // Written under the lock, and read without.
    private let used = Atomic<Int>(0)

    init() { unsafe blocks.initialize(repeating: nil, count: Self.mostBlocks) }

    deinit {
        for index in unsafe 0..<blockCount {
            // Every slot of a block was initialised when the block was made.
            unsafe blocks[index]?.deinitialize(count: Self.blockSize)
            unsafe blocks[index]?.deallocate()
        }
        unsafe blocks.deallocate()
    }

    /// Slots in use.
    var count: Int { used.load(ordering: .relaxed) }
    /// Whether there are more than the processor's nearest caches have room for.
    var isCrowded: Bool { count > 128 }

    /// The slot at an index that was handed out once.
    @inline(__always)
    subscript(index: UInt32) -> SlotReference {
        let (block, place) = (Int(index) / Self.blockSize, Int(index) % Self.blockSize)
        return unsafe SlotReference(blocks[block].unsafelyUnwrapped + place)
    }

    /// The slot of an event, or nil when the event is of an earlier tenant. The index was handed out once.
    @inline(__always)
    func tenant(_ index: UInt32, _ generation: UInt32) -> SlotReference? {
        let reference = self[index]
        return reference.slot.generation == generation ? reference : nil
    }

    /// A slot that nobody uses, or nil when there are four million.
    func take(_ loop: EventLoop) -> SlotReference? {
        lock.withLock {
            if unsafe free.isEmpty { grow(loop) }
            guard let index = unsafe free.popLast() else { return nil }
            used.add(1, ordering: .relaxed)
            return self[index]
        }
    }

    /// Gives a slot back.
    func give(_ reference: SlotReference) {
        lock.withLock {
            used.subtract(1, ordering: .relaxed)
            unsafe free.append(reference.slot.index)
        }
    }

    /// All slots in use that the loop's thread, which asks, has heard of.
    func forEach(_ body: (SlotReference) -> Void) {
        let end = lock.withLock { unsafe blockCount * Self.blockSize }
        for index in 0..<UInt32(end) where self[index].slot.isKnown { body(self[index]) }
    }

    /// Whether something is true of all those; looks no further than the first that it is not true of.
    func allSatisfy(_ predicate: (SlotReference) -> Bool) -> Bool {
        let end = lock.withLock { unsafe blockCount * Self.blockSize }
        return (0..<UInt32(end)).allSatisfy { !self[$0].slot.isKnown || predicate(self[$0]) }
    }

    private func grow(_ loop: EventLoop) {
        guard unsafe blockCount < Self.mostBlocks else { return }
        let start = unsafe UInt32(blockCount * Self.blockSize)
        let block = unsafe UnsafeMutableRawPointer.allocate(
            byteCount: Self.blockSize * MemoryLayout<Slot>.stride, alignment: 64
        ).bindMemory(to: Slot.self, capacity: Self.blockSize)
        for place in 0..<Self.blockSize {
            unsafe (block + place).initialize(to: Slot(index: start + UInt32(place), loop: loop))
        }
        unsafe blocks[blockCount] = block
        unsafe blockCount += 1
        unsafe free.append(contentsOf: (start..<start + UInt32(Self.blockSize)).reversed())
    }
}
