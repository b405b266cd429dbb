internal import CSocketShim
internal import Sockets

/// The descriptors a server waits on: the stop signal's two, its socket, and what else it adds behind them.
struct PollSet: ~Copyable, Sendable {
    private var entries: UnforkedArray<csock_pollfd_t>

    /// Stop signal, process signals, the server's socket: where they stand. Others follow from `own` on.
    static let stop = 0, signals = 1, socket = 2, own = 3

    init(_ stop: StopSignal, socket: Int32) {
        entries = UnforkedArray()
        append(stop.descriptor)
        append(stop.signalDescriptor)
        append(socket)
    }

    /// From now on, children do not get it. Throws: `outOfMemory`.
    mutating func keepFromChildren() throws(SocketError) { try entries.keepFromChildren() }

    /// Makes room for one more. Throws: `outOfMemory`.
    mutating func reserve() throws(SocketError) { try entries.reserve() }

    /// Adds a descriptor to read from, into reserved room; a negative one holds a place and is not looked at.
    mutating func append(_ descriptor: Int32) {
        entries.append(csock_pollfd_t(descriptor: descriptor, events: Int16(csock_POLLIN), ready: 0))
    }

    /// Takes out an entry; the last one gets its place.
    mutating func remove(at index: Int) { entries.remove(at: index) }

    /// Looks at another descriptor in this place, or at none (-1).
    mutating func place(_ descriptor: Int32, at index: Int) { entries[index].descriptor = descriptor }

    /// Whether something came at the entry: data, or its end.
    func isReady(_ index: Int) -> Bool { entries[index].ready != 0 }

    /// Waits for any of them, or until the time has come. C: poll(2)
    mutating func wait(until deadline: Deadline) throws(SocketError) {
        // The entries are exclusively ours during the call.
        _ = try unsafe entries.withElements { (list) throws(SocketError) in
            try check(.poll) { unsafe csock_poll(list.baseAddress, list.count, deadline.remaining) }
        }
    }
}
