internal import CSocketShim

/// Makes a call, again when a signal interrupted it, and turns a negative answer into the error it names.
@inline(__always)
package func check(_ operation: SocketError.Operation, _ call: () -> Int64) throws(SocketError) -> Int {
    while true {
        let result = call()
        if result >= 0 { return Int(truncatingIfNeeded: result) }
        if result != -Int64(csock_EINTR) { throw failure(operation, result) }
    }
}

@inline(__always)
package func check(_ operation: SocketError.Operation, _ call: () -> Int32) throws(SocketError) -> Int32 {
    while true {
        let result = call()
        if result >= 0 { return result }
        if result != -csock_EINTR { throw failure(operation, Int64(result)) }
    }
}

/// Out of line, so that the way of success stays short.
@inline(never)
package func failure(_ operation: SocketError.Operation, _ result: Int64) -> SocketError {
    SocketError(operation, negated: Int(truncatingIfNeeded: result))
}
