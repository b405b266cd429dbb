internal import CSocketShim
import Sockets

/// The descriptors that every program is started with.
enum StandardStream: Int32 {
    case input = 0
    case output = 1
    case error = 2

    var isTerminal: Bool { csock_is_terminal(rawValue) == 1 }

    /// Reads what is there, at most the buffer's length; 0 at the end.
    func read(into buffer: inout [UInt8]) throws(SocketError) -> Int {
        let number = rawValue
        // The kernel writes at most as many bytes as the array has.
        let result = unsafe buffer.withUnsafeMutableBytes { (bytes) -> Int64 in
            guard let base = bytes.baseAddress else { return 0 }
            return unsafe csock_read(number, base, bytes.count)
        }
        return try count(.read, result)
    }

    /// Reads as `read(into:)`; nil when there is nothing yet.
    func readIfReady(into buffer: inout [UInt8]) throws(SocketError) -> Int? {
        do throws(SocketError) { return try read(into: &buffer) } catch {
            guard error.code == .wouldBlock else { throw error }
            return nil
        }
    }

    /// Writes some of the bytes and says how many; for pipes that are ready, not more than they take at once.
    func write(_ bytes: Span<UInt8>) throws(SocketError) -> Int {
        let number = rawValue
        // The kernel reads the bytes during the call only.
        let result = unsafe bytes.withUnsafeBufferPointer { (bytes) -> Int64 in
            guard let base = bytes.baseAddress else { return 0 }
            return unsafe csock_write(number, base, min(bytes.count, Self.atOnce))
        }
        return try count(.write, result)
    }

    /// Writes all bytes, waiting where the reader is slow.
    func writeAll(_ bytes: Span<UInt8>) throws(SocketError) {
        var written = 0
        while written < bytes.count {
            do throws(SocketError) { written += try write(bytes.extracting(written...)) } catch {
                guard error.code == .wouldBlock else { throw error }
                var list = WaitList()
                _ = list.add(rawValue, .writable)
                try list.wait()
            }
        }
    }

    /// Writes text.
    func write(_ text: String) throws(SocketError) { try writeAll(Array(text.utf8).span) }

    /// Bytes that a pipe which is writable takes without waiting. C: PIPE_BUF in pipe(7)
    private static let atOnce = 4096

    private func count(_ operation: SocketError.Operation, _ result: Int64) throws(SocketError) -> Int {
        // A signal in between is no end: there was nothing yet.
        let error = result == -Int64(csock_EINTR) ? -Int64(csock_EAGAIN) : result
        return try checked(operation, error)
    }
}

/// Prints a line on standard output.
func printLine(_ text: String = "") throws(SocketError) { try StandardStream.output.write(text + "\n") }

/// Prints a line on standard error; nobody can be told when that fails.
func printNote(_ text: String) {
    do throws(SocketError) { try StandardStream.error.write(text + "\n") } catch {}
}

/// The number a call of the shim answered with, or the error it names.
func checked(_ operation: SocketError.Operation, _ result: Int64) throws(SocketError) -> Int {
    guard result < 0 else { return Int(truncatingIfNeeded: result) }
    throw SocketError(operation, SocketError.Code(rawValue: Int32(truncatingIfNeeded: -result)))
}
