internal import CSocketShim
internal import SocketServers
import Sockets

/// What one client of the tour found out.
struct ClientReport: Sendable {
    /// Bytes sent and, when all went well, received again.
    var bytes = 0
    /// The connection, of those that tell.
    var connection: String?
    /// What was wrong, or nil.
    var problem: String?
}

/// One conversation with a server.
protocol Visitor: Sendable {
    /// Connects, talks, and compares what comes back.
    func run() throws(SocketError) -> ClientReport
}

/// Runs clients at the same time, each in a thread of its own.
enum Crew {
    /// The reports of all clients, once the last one is done.
    static func run(_ clients: [any Visitor]) throws(SocketError) -> [ClientReport] {
        let board = Board(try Socket.pair())
        for (index, client) in clients.enumerated() { try start(ClientThread(client, index, board)) }
        return try board.reports(clients.count)
    }

    private static func start(_ thread: ClientThread) throws(SocketError) {
        // The thread takes the reference over; when there is no thread, it is taken back here.
        let context = unsafe Unmanaged.passRetained(thread)
        let result = unsafe csock_thread_start(enter, context.toOpaque(), 0)
        if result < 0 { unsafe context.release() }
        _ = try checked(.threadCreate, Int64(result))
    }

    private static let enter: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        // The one reference that `start` gave away.
        if let context = unsafe context { unsafe Unmanaged<ClientThread>.fromOpaque(context).takeRetainedValue().run() }
        return nil
    }
}

/// Where clients leave their reports; a byte through a socket pair says that one has come.
private final class Board: Sendable {
    private let done: SocketPair
    private let entries = Guarded<[Int: ClientReport]>([:])

    init(_ done: consuming SocketPair) { self.done = done }

    func add(_ report: ClientReport, _ index: Int) {
        entries.withLock { $0[index] = report }
        let byte: [UInt8] = [1]
        do throws(SocketError) { _ = try done.second.send(byte.span) } catch {}
    }

    func reports(_ count: Int) throws(SocketError) -> [ClientReport] {
        var buffer = [UInt8](repeating: 0, count: 64)
        var got = 0
        while got < count { got += try done.first.receive(into: &buffer) }
        return entries.withLock { entries in entries.sorted { $0.key < $1.key }.map(\.value) }
    }
}

private final class ClientThread: Sendable {
    private let client: any Visitor
    private let index: Int
    private let board: Board

    init(_ client: any Visitor, _ index: Int, _ board: Board) {
        self.client = client
        self.index = index
        self.board = board
    }

    func run() { board.add(report, index) }

    private var report: ClientReport {
        do throws(SocketError) { return try client.run() } catch { return ClientReport(problem: error.description) }
    }
}
