import Sockets

/// Carries standard input to a datagram socket's peer, a read a datagram, and its datagrams to standard output.
///
/// Datagrams have no end: after that of standard input, the relay ends when nothing comes for a while.
struct DatagramRelay {
    private(set) var traffic = Traffic()
    private var inputIsOpen = true
    private var buffer = [UInt8](repeating: 0, count: 65_536)
    private let patience: Duration?

    /// A size that networks carry in one piece.
    private static let largest = 1232

    /// `patience` is how long it waits for answers in the end; nil for ever.
    init(patience: Duration?) { self.patience = patience }

    /// Runs until the end.
    mutating func run(
        _ socket: borrowing Socket, _ stop: borrowing StopSignals
    ) throws(SocketError) -> RelayEnd {
        while true {
            var list = WaitList()
            let signal = list.add(stop.number, .readable)
            let input = list.add(inputIsOpen ? StandardStream.input.rawValue : -1, .readable)
            let datagram = list.add(socket.withDescriptor { $0 }, .readable)
            let isReady = try list.wait(atMost: inputIsOpen ? nil : patience)
            if !isReady, !inputIsOpen { return .finished }
            if !list[signal].isEmpty { return .interrupted }
            if !list[input].isEmpty { try sendInput(socket) }
            if !list[datagram].isEmpty { try receive(socket) }
        }
    }

    private mutating func sendInput(_ socket: borrowing Socket) throws(SocketError) {
        var piece = [UInt8](repeating: 0, count: Self.largest)
        do throws(SocketError) {
            let count = try StandardStream.input.read(into: &piece)
            inputIsOpen = count > 0
            if count > 0 { traffic.sent += try socket.send(piece.span.extracting(..<count)) }
        } catch {
            guard error.code == .wouldBlock else { throw error }
        }
    }

    private mutating func receive(_ socket: borrowing Socket) throws(SocketError) {
        do throws(SocketError) {
            let count = try socket.receive(into: &buffer, flags: .dontWait)
            traffic.received += count
            try StandardStream.output.writeAll(buffer.span.extracting(..<count))
        } catch {
            guard error.code == .wouldBlock else { throw error }
        }
    }
}
