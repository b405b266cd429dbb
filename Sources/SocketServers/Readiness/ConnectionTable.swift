internal import Sockets

/// The connections of a server, side by side in memory, each known by a token that no later one has.
@safe struct ConnectionTable: ~Copyable {
    private var connections: UnsafeMutablePointer<Connection>
    private var capacity: Int
    /// Odd while the place is taken. In a token it stands above the index, so that an old token finds nothing.
    private var generations: [UInt32] = []
    private var free: [Int] = []

    init() {
        capacity = 64
        unsafe connections = .allocate(capacity: capacity)
    }

    deinit {
        // Exactly the taken places are initialised.
        for index in generations.indices where generations[index] & 1 == 1 {
            unsafe (connections + index).deinitialize(count: 1)
        }
        unsafe connections.deallocate()
    }

    var count: Int { generations.count - free.count }

    /// The place of the connection that has the token, or nil when it is gone.
    func index(of token: UInt64) -> Int? {
        let index = Int(truncatingIfNeeded: token & 0xFFFF_FFFF)
        guard index < generations.count, UInt64(generations[index]) == token >> 32 else { return nil }
        return index
    }

    /// The token of the connection in this place.
    func token(_ index: Int) -> UInt64 { UInt64(generations[index]) << 32 | UInt64(index) }

    /// Lends the connection in a taken place.
    subscript(index: Int) -> Connection {
        _read {
            // The index is that of a taken place, which is initialised.
            yield unsafe connections[index]
        }
        _modify {
            yield unsafe &connections[index]
        }
    }

    /// Keeps a connection and returns its place.
    mutating func insert(_ connection: consuming Connection) -> Int {
        let index = free.popLast() ?? appendPlace()
        unsafe (connections + index).initialize(to: connection)
        generations[index] &+= 1
        return index
    }

    /// Closes the connection in a taken place.
    mutating func remove(at index: Int) {
        generations[index] &+= 1
        unsafe (connections + index).deinitialize(count: 1)
        free.append(index)
    }

    private mutating func appendPlace() -> Int {
        if generations.count == capacity { grow() }
        generations.append(0)
        return generations.count - 1
    }

    private mutating func grow() {
        // All places are taken when it grows, so all are initialised.
        let larger = UnsafeMutablePointer<Connection>.allocate(capacity: 2 * capacity)
        unsafe larger.moveInitialize(from: connections, count: capacity)
        unsafe connections.deallocate()
        unsafe connections = larger
        capacity *= 2
    }
}
