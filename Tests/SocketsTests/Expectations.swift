import Sockets
import Testing

/// Expects that `body` throws a socket error with this code, and returns it.
///
/// `#expect(throws:)` takes closures that cannot hold what cannot be copied; this one can.
@discardableResult
func expectFailure(
    _ code: SocketError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> SocketError? {
    do {
        try body()
        Issue.record("nothing was thrown instead of \(code.name)", sourceLocation: sourceLocation)
    } catch let error as SocketError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
        return error
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
    }
    return nil
}

/// Expects that the next receive gets exactly these bytes.
func expectReceived(
    _ bytes: [UInt8], from socket: borrowing Socket, flags: ReceiveFlags = [],
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let received = try socket.receive(upTo: bytes.count + 1, flags: flags)
    #expect(received == bytes, sourceLocation: sourceLocation)
}
