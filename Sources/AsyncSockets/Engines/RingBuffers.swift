#if os(Linux)
internal import CSocketShim
internal import Sockets

/// The memory that the kernel receives into, lent to it buffer by buffer.
///
/// What was received waits in chains, one for each socket, until somebody takes it.
@safe
struct RingBuffers: ~Copyable {
    static let size = 65536
    static let group: UInt16 = 0
    // Buffers at the distance of a power of two would share few places of the cache.
    private static let stride = size + 64

    private struct Note {
        var next: Int32 = -1
        var offset: Int32 = 0
        var length: Int32 = 0
    }

    private let places: UnsafeMutablePointer<csock_ring_buffers_t>
    private let memory: UnsafeMutableRawPointer
    private let notes: UnsafeMutablePointer<Note>
    /// Buffers the kernel has.
    private(set) var available = 0
    private var hasNews = false

    /// Throws: `notSupported` before Linux 5.19. C: io_uring_register(2) IORING_REGISTER_PBUF_RING
    init(_ ring: UnsafeMutablePointer<csock_ring_t>, count: Int) throws(SocketError) {
        let places = UnsafeMutablePointer<csock_ring_buffers_t>.allocate(capacity: 1)
        let result = unsafe csock_ring_buffers_open(ring, places, Self.group, UInt32(count))
        guard result >= 0 else {
            unsafe places.deallocate()
            throw SocketError(.mmap, .notSupported, detail: "io_uring has no rings of buffers here")
        }
        unsafe self.places = places
        unsafe memory = .allocate(byteCount: count * Self.stride, alignment: 4096)
        unsafe notes = .allocate(capacity: count)
        unsafe notes.initialize(repeating: Note(), count: count)
        for id in 0..<count { give(Int32(id)) }
        publish()
    }

    /// Takes the ring of buffers from the kernel, before the ring is closed; the memory stays until then.
    func withdraw(from ring: UnsafeMutablePointer<csock_ring_t>) {
        _ = unsafe csock_ring_buffers_close(ring, places)
    }

    deinit {
        unsafe places.deallocate()
        unsafe memory.deallocate()
        unsafe notes.deallocate()
    }

    /// Lends a buffer to the kernel, from the next `publish` on.
    @inline(__always)
    mutating func give(_ id: Int32) {
        // At most `count` are lent, because each is given back once.
        unsafe csock_ring_buffers_add(places, start(id), UInt32(Self.size), UInt16(id))
        available += 1
        hasNews = true
    }

    /// Lends a buffer again that the kernel had taken and nothing came into.
    mutating func giveBack(_ id: Int32) {
        available -= 1
        give(id)
    }

    @inline(__always)
    mutating func publish() {
        guard hasNews else { return }
        hasNews = false
        unsafe csock_ring_buffers_publish(places)
    }

    /// Puts a buffer that the kernel filled at the end of the socket's chain.
    @inline(__always)
    mutating func append(_ id: Int32, _ length: Int32, to slot: SlotReference) {
        available -= 1
        unsafe notes[Int(id)] = Note(length: length)
        if slot.slot.engine.last >= 0 {
            unsafe notes[Int(slot.slot.engine.last)].next = id
        } else {
            slot.slot.engine.first = id
        }
        slot.slot.engine.last = id
        slot.slot.engine.count += 1
    }

    /// Copies out of the chain as much as there is room for, and lends emptied buffers again.
    @inline(__always)
    mutating func copy(from slot: SlotReference, to room: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var copied = 0
        while case let id = slot.slot.engine.first, id >= 0, copied < room.count {
            let note = unsafe notes[Int(id)]
            let count = min(Int(note.length), room.count - copied)
            // Both sides have `count` bytes there.
            unsafe UnsafeMutableRawPointer(room.baseAddress.unsafelyUnwrapped + copied)
                .copyMemory(from: start(id) + Int(note.offset), byteCount: count)
            copied += count
            if count < Int(note.length) {
                unsafe notes[Int(id)].offset += Int32(count)
                unsafe notes[Int(id)].length -= Int32(count)
            } else {
                give(remove(from: slot))
            }
        }
        return copied
    }

    /// As `copy`, but leaves the chain as it is.
    func peek(from slot: SlotReference, to room: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var (copied, id) = (0, slot.slot.engine.first)
        while id >= 0, copied < room.count {
            let note = unsafe notes[Int(id)]
            let count = min(Int(note.length), room.count - copied)
            // Both sides have `count` bytes there.
            unsafe UnsafeMutableRawPointer(room.baseAddress.unsafelyUnwrapped + copied)
                .copyMemory(from: start(id) + Int(note.offset), byteCount: count)
            copied += count
            id = note.next
        }
        return copied
    }

    /// How many bytes wait in the chain.
    func length(of slot: SlotReference) -> Int {
        var (sum, id) = (0, slot.slot.engine.first)
        while id >= 0 {
            let note = unsafe notes[Int(id)]
            sum += Int(note.length)
            id = note.next
        }
        return sum
    }

    /// Lends the first buffer of the chain.
    mutating func lend(from slot: SlotReference, _ loan: inout Loan) -> Int {
        let id = remove(from: slot)
        let note = unsafe notes[Int(id)]
        unsafe loan.memory = start(id) + Int(note.offset)
        loan.token = id
        loan.count = Int(note.length)
        return loan.count
    }

    /// Drops the socket's chain.
    mutating func clear(_ slot: SlotReference) {
        while slot.slot.engine.first >= 0 { give(remove(from: slot)) }
    }

    @inline(__always)
    private mutating func remove(from slot: SlotReference) -> Int32 {
        let id = slot.slot.engine.first
        let next = unsafe notes[Int(id)].next
        slot.slot.engine.first = next
        if next < 0 { slot.slot.engine.last = -1 }
        slot.slot.engine.count -= 1
        return id
    }

    @inline(__always)
    private func start(_ id: Int32) -> UnsafeMutableRawPointer { unsafe memory + Int(id) * Self.stride }
}
#endif
