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
        guard let count = try connection.receive(into: &buffer) else { return 0 }
        if count > 0 {
            try received(index, buffer.span.extracting(..<count), &connection)
        } else {
            try ended(index, &connection)
            connection.end()
        }
        return count
    }
}

/// Memory of its own instead of an array: code that does not know `Handler` looks an array's type up for each message.
@safe final class Handlers<Handler: ConnectionHandler>: HandlerTable {
    private let prototype: Handler
    private var handlers: UnsafeMutablePointer<Handler>
    private var capacity = 64
    /// The places up to here are initialised.
    private var count = 0

    init(_ prototype: Handler) {
        self.prototype = prototype
        unsafe handlers = .allocate(capacity: 64)
    }

    deinit {
        unsafe handlers.deinitialize(count: count)
        unsafe handlers.deallocate()
    }

    override func start(_ index: Int) {
        if index < count {
            unsafe handlers[index] = prototype
        } else {
            append()
        }
    }

    /// Places are taken in order, so that the next one is that of `count`.
    private func append() {
        if count == capacity { grow() }
        unsafe (handlers + count).initialize(to: prototype)
        count += 1
    }

    private func grow() {
        let larger = UnsafeMutablePointer<Handler>.allocate(capacity: 2 * capacity)
        unsafe larger.moveInitialize(from: handlers, count: count)
        unsafe handlers.deallocate()
        unsafe handlers = larger
        capacity *= 2
    }

    override func received(_ index: Int, _ bytes: Span<UInt8>, _ connection: inout Connection) throws {
        // The place is that of a connection, which has been started.
        try unsafe handlers[index].received(bytes, &connection)
    }

    override func ended(_ index: Int, _ connection: inout Connection) throws {
        try unsafe handlers[index].ended(&connection)
    }
}
