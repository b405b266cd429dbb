import Foundation
import SocketServers
import Sockets
import Synchronization
import TestSupport
import Testing

/// A server's `run` in a thread of its own.
final class Running: Sendable {
    private let done = DispatchSemaphore(value: 0)
    private let result = Mutex<SocketError?>(nil)

    init(_ body: @escaping @Sendable () throws(SocketError) -> Void) {
        let thread = Thread { [self] in
            do throws(SocketError) { try body() } catch { result.withLock { $0 = error } }
            done.signal()
        }
        thread.start()
    }

    /// Waits for the end of `run` and says with which error it ended.
    func end() throws -> SocketError? {
        guard done.wait(timeout: .now() + 20) == .success else { throw NotEnded() }
        return result.withLock { $0 }
    }

    struct NotEnded: Error {}
}

/// Hands what cannot be copied to a closure that can be called often, once.
final class Parcel<Value: ~Copyable & Sendable>: Sendable {
    private let value: Mutex<Value?>

    init(_ value: consuming Value) { self.value = Mutex(value) }

    func open() -> Value {
        let value = value.withLock { $0.take() }
        guard let value else { fatalError("a parcel is opened once") }
        return value
    }
}

/// Collects what a server reports.
final class Events: Sendable {
    private let texts = Mutex<[String]>([])

    var all: [String] { texts.withLock { $0 } }

    func note(_ event: ServerEvent) {
        let text =
            switch event {
            case .acceptFailed(let error): "accept failed \(error.code.name)"
            case .acceptPaused(let error, let pause): "accept paused \(error.code.name) \(pause)"
            case .clientRefused(let error): "client refused \(error.operation.rawValue) \(error.code.name)"
            case .handlerFailed(let error): "handler failed \(error)"
            case .childFailed(_, let status): "child failed \(status)"
            }
        texts.withLock { $0.append(text) }
    }
}

/// Sends back all there is, in blocking calls.
func echo<Address>(_ client: borrowing StreamSocket<Address>) throws {
    var buffer = [UInt8](repeating: 0, count: 65536)
    while case let count = try client.receive(into: &buffer), count > 0 {
        try client.sendAll(buffer.span.extracting(..<count))
    }
}

/// Sends bytes in one thread and collects what comes back in this one, until the peer ends.
func exchange<Address>(_ bytes: [UInt8], _ stream: borrowing StreamSocket<Address>) throws -> [UInt8] {
    let sender = Parcel(try stream.duplicate())
    let sending = Running { () throws(SocketError) in
        let stream = sender.open()
        try stream.sendAll(bytes.span)
        try stream.shutdown(.write)
    }
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while case let count = try stream.receive(into: &buffer), count > 0 { result += buffer[..<count] }
    if let error = try sending.end() { throw error }
    return result
}

/// Bytes that differ from place to place.
func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) } }

/// Sends a byte and waits for it to come back: from then on the client is being served.
func greet<Address>(_ client: borrowing StreamSocket<Address>) throws(SocketError) {
    var buffer: [UInt8] = [0]
    try client.sendAll([7].span)
    try client.receiveExactly(into: &buffer)
}

/// Waits for a server to close its listener: the kernel resets who waits in its queue when its last descriptor is closed.
///
/// To connect once more would tell nothing: by then the port can be another test's.
func expectReset(of waiting: borrowing TCPStream, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let end = socketError { () throws(SocketError) in
        var buffer: [UInt8] = [0]
        _ = try waiting.receive(into: &buffer)
    }
    #expect(end?.code == .connectionReset, sourceLocation: sourceLocation)
}
