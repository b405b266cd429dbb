/// The jobs that a loop has to run, first come, first served.
@safe
struct JobQueue: ~Copyable {
    /// A job, and the executor of its actor if it has one.
    @safe
    struct Entry {
        let job: UnownedJob
        let executor: UnownedSerialExecutor?
    }

    private var entries = UnsafeMutablePointer<Entry>.allocate(capacity: 1024)
    private var capacity = 1024
    private var head = 0
    private var tail = 0

    deinit { unsafe entries.deallocate() }

    var count: Int {
        @inline(__always)
        get { tail &- head }
    }

    @inline(__always)
    mutating func append(_ entry: Entry) {
        if count == capacity { grow() }
        unsafe (entries + (tail & (capacity - 1))).initialize(to: entry)
        tail &+= 1
    }

    @inline(__always)
    mutating func next() -> Entry? {
        guard head != tail else { return nil }
        let entry = unsafe entries[head & (capacity - 1)]
        head &+= 1
        if head == tail { (head, tail) = (0, 0) }
        return entry
    }

    /// Where the task of the next job lies, as an address to fetch ahead: a job's bits are its task's address.
    var nextTask: UnsafeRawPointer? {
        @inline(__always)
        get { count == 0 ? nil : unsafe unsafeBitCast(entries[head & (capacity - 1)].job, to: UnsafeRawPointer?.self) }
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity * 2)
        for place in 0..<count {
            // Entries are trivial: the old places need no end.
            unsafe (larger + place).initialize(to: entries[(head + place) & (capacity - 1)])
        }
        unsafe entries.deallocate()
        unsafe entries = larger
        (head, tail, capacity) = (0, count, capacity * 2)
    }
}
