/// What a server does with the bytes of one connection, called when there are some: the handlers of ``ReadinessServer``.
///
/// It is a value, the state of one connection: each connection starts with a copy of the one given to `run`.
public protocol ConnectionHandler {
    /// Bytes came. They are valid during the call; answers go to `connection`, which never waits.
    ///
    /// What it throws costs this connection only.
    mutating func received(_ bytes: Span<UInt8>, _ connection: inout Connection) throws

    /// The peer sends no more. Afterwards the connection is closed, once all answers are sent.
    mutating func ended(_ connection: inout Connection) throws
}

extension ConnectionHandler {
    /// Nothing is left to be said.
    public mutating func ended(_ connection: inout Connection) throws {}
}

/// Sends back what it receives. C: RFC 862
public struct EchoProtocol: ConnectionHandler, Sendable {
    /// A handler for any connection: it has no state.
    public init() {}

    /// Sends the bytes back.
    public mutating func received(_ bytes: Span<UInt8>, _ connection: inout Connection) throws {
        try connection.send(bytes)
    }
}
