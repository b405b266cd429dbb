internal import CSocketShim
internal import Sockets

/// An array that forked children do not get, from `keepFromChildren` on: for what a parent writes to between two forks.
///
/// Anywhere else, each child would keep a copy of every page that was written to. Until then it is like any other memory, so
/// that a server which was made before a fork can run in the child. C: madvise(2) MADV_DONTFORK
@safe struct UnforkedArray<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
    // Owned by nobody else, and it holds `capacity` elements, of which the first `count` are initialised.
    private var elements: UnsafeMutablePointer<Element>
    private var capacity = 8
    private(set) var count = 0
    private var isKept = false

    init() { unsafe elements = .allocate(capacity: capacity) }

    deinit { release() }

    var isEmpty: Bool { count == 0 }
    var indices: Range<Int> { 0..<count }

    subscript(index: Int) -> Element {
        get {
            precondition(index >= 0 && index < count, "there is no such element")
            return unsafe elements[index]
        }
        set {
            precondition(index >= 0 && index < count, "there is no such element")
            unsafe elements[index] = newValue
        }
    }

    /// From now on, children do not get it. Throws: `outOfMemory`.
    mutating func keepFromChildren() throws(SocketError) {
        guard !isKept else { return }
        unsafe move(to: try Self.map(capacity), capacity, isKept: true)
    }

    /// Makes room for one more, so that the next `append` cannot fail. Throws: `outOfMemory`.
    mutating func reserve() throws(SocketError) {
        guard count == capacity else { return }
        let larger = 2 * capacity
        unsafe move(to: isKept ? try Self.map(larger) : .allocate(capacity: larger), larger, isKept: isKept)
    }

    private mutating func move(to memory: UnsafeMutablePointer<Element>, _ capacity: Int, isKept: Bool) {
        // The new memory is not the old one, and has room for as many elements.
        unsafe memory.initialize(from: elements, count: count)
        release()
        unsafe elements = memory
        self.capacity = capacity
        self.isKept = isKept
    }

    /// Adds an element, for which room was reserved.
    mutating func append(_ element: Element) {
        precondition(count < capacity, "room is reserved before")
        unsafe (elements + count).initialize(to: element)
        count += 1
    }

    /// Takes out an element; the last one gets its place.
    mutating func remove(at index: Int) {
        self[index] = self[count - 1]
        count -= 1
    }

    /// Lends the elements.
    mutating func withElements<Result, Failure>(
        _ body: (UnsafeMutableBufferPointer<Element>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafeMutableBufferPointer(start: elements, count: count))
    }

    private static func map(_ capacity: Int) throws(SocketError) -> UnsafeMutablePointer<Element> {
        var memory: UnsafeMutableRawPointer?
        // The kernel writes to the variable during the call.
        _ = try check(.mmap) { unsafe csock_unforked_map(capacity * MemoryLayout<Element>.stride, &memory) }
        guard let memory = unsafe memory else { throw SocketError(.mmap, .outOfMemory) }
        return unsafe memory.bindMemory(to: Element.self, capacity: capacity)
    }

    /// Gives the memory back to where it came from.
    private func release() {
        guard isKept else { return unsafe elements.deallocate() }
        _ = unsafe csock_unforked_unmap(elements, capacity * MemoryLayout<Element>.stride)
    }
}
