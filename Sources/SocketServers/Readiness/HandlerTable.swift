internal import Sockets

/// The handlers of a server's connections, by place. One virtual call a message keeps the loop free of their type.
class HandlerTable {
    func start(_ index: Int) {}
    func received(_ index: Int, _ bytes: Span<UInt8>, _ connection: inout Connection) throws {}
    func ended(_ index: Int, _ connection: inout Connection) throws {}
}

extension HandlerTable {
    /// Receives once and hands over what came, and returns how much that was.
    @inline(__always)
    func receive(_ index: Int, _ connection: inout Connection, _ buffer: inout [UInt8]) throws -> Int {
        let count: Int
        do throws(SocketError) { count = try connection.socket.receive(into: &buffer) } catch {
            if error.code == .wouldBlock { return 0 }
            throw error
        }
        if count > 0 {
            try received(index, buffer.span.extracting(..<count), &connection)
        } else {
            try ended(index, &connection)
            connection.end()
        }
        return count
    }
}

final class Handlers<Handler: ConnectionHandler>: HandlerTable {
    private let prototype: Handler
    private var handlers: [Handler] = []

    init(_ prototype: Handler) { self.prototype = prototype }

    override func start(_ index: Int) {
        if index < handlers.count { handlers[index] = prototype } else { handlers.append(prototype) }
    }

    override func received(_ index: Int, _ bytes: Span<UInt8>, _ connection: inout Connection) throws {
        try handlers[index].received(bytes, &connection)
    }

    override func ended(_ index: Int, _ connection: inout Connection) throws {
        try handlers[index].ended(&connection)
    }
}
