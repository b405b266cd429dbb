internal import CSocketShim
internal import Sockets

/// An array that forked children do not get, for what a parent writes to between two forks: anywhere else, each child would
/// keep a copy of every page that was written to. C: madvise(2) MADV_DONTFORK
@safe struct UnforkedArray<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
    // Owned by nobody else, and it holds `capacity` elements, of which the first `count` are initialised.
    private var elements: UnsafeMutablePointer<Element>
    private var capacity: Int
    private(set) var count = 0

    /// An empty one. Throws: `outOfMemory`.
    init() throws(SocketError) {
        capacity = 4096 / MemoryLayout<Element>.stride
        unsafe elements = try Self.map(capacity)
    }

    deinit { unsafe Self.unmap(elements, capacity) }

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

    /// Makes room for one more, so that the next `append` cannot fail. Throws: `outOfMemory`.
    mutating func reserve() throws(SocketError) {
        guard count == capacity else { return }
        let larger = try unsafe Self.map(2 * capacity)
        unsafe larger.update(from: elements, count: count)
        unsafe Self.unmap(elements, capacity)
        unsafe elements = larger
        capacity *= 2
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

    private static func unmap(_ elements: UnsafeMutablePointer<Element>, _ capacity: Int) {
        _ = unsafe csock_unforked_unmap(elements, capacity * MemoryLayout<Element>.stride)
    }
}
