import Sockets

/// Carries standard input to a connection and the connection to standard output, until both directions have ended.
///
/// The end of standard input shuts down the sending half. Once the peer has ended, what standard input still brings is
/// sent on; a terminal, or an input that brings nothing for a while, ends the relay then.
struct StreamRelay {
    private(set) var traffic = Traffic()
    /// Whether standard input still brings something; a listener hands it on to its next client.
    private(set) var inputIsOpen: Bool
    private var outgoing = ByteQueue(capacity: 65_536)
    private var incoming = ByteQueue(capacity: 65_536)
    private var sendingIsOpen = true
    private var receivingIsOpen = true
    private var sendError: SocketError?

    init(inputIsOpen: Bool = true) { self.inputIsOpen = inputIsOpen }

    /// How long an input may bring nothing after the peer has ended.
    private static let patience = Duration.seconds(1)

    /// Runs until the end. Throws what broke the connection.
    mutating func run(_ socket: borrowing Socket, _ stop: borrowing StopSignals) throws(SocketError) -> RelayEnd {
        while true {
            try endSending(socket)
            if isDone { break }
            switch try step(socket, stop) {
            case .some(let end): return end
            case nil: continue
            }
        }
        if let sendError { throw sendError }
        return .finished
    }

    private var isDone: Bool {
        guard !receivingIsOpen, incoming.isEmpty else { return false }
        return !sendingIsOpen || (outgoing.isEmpty && StandardStream.input.isTerminal)
    }

    /// Tells the peer when everything is sent that will ever come.
    private mutating func endSending(_ socket: borrowing Socket) throws(SocketError) {
        guard sendingIsOpen, !inputIsOpen, outgoing.isEmpty else { return }
        sendingIsOpen = false
        do throws(SocketError) { try socket.shutdown(.write) } catch {
            // A peer that has closed already needs no telling.
            guard [.notConnected, .brokenPipe, .connectionReset].contains(error.code) else { throw error }
        }
    }

    /// Waits once and moves what can be moved. Returns how it ended, or nil when it goes on.
    private mutating func step(
        _ socket: borrowing Socket, _ stop: borrowing StopSignals
    ) throws(SocketError) -> RelayEnd? {
        var list = WaitList()
        let signal = list.add(stop.number, .readable)
        let input = list.add(wantsInput ? StandardStream.input.rawValue : -1, .readable)
        let interest = socketInterest
        let peer = list.add(interest.isEmpty ? -1 : socket.withDescriptor { $0 }, interest)
        let output = list.add(StandardStream.output.rawValue, incoming.isEmpty ? [] : .writable)
        guard try list.wait(atMost: receivingIsOpen ? nil : Self.patience) else {
            return receivingIsOpen || !outgoing.isEmpty || !incoming.isEmpty ? nil : .finished
        }
        if !list[signal].isEmpty { return .interrupted }
        if !list[output].isEmpty { try writeOutput(list[output]) }
        if !list[input].isEmpty { try readInput() }
        if !list[peer].isEmpty { try moveSocket(socket) }
        return nil
    }

    private var wantsInput: Bool { inputIsOpen && sendingIsOpen && outgoing.isEmpty }

    private var socketInterest: Readiness {
        var interest: Readiness = []
        if receivingIsOpen && incoming.isEmpty { interest.insert(.readable) }
        if sendingIsOpen && !outgoing.isEmpty { interest.insert(.writable) }
        return interest
    }

    private mutating func readInput() throws(SocketError) {
        do throws(SocketError) {
            if try outgoing.fill({ (bytes) throws(SocketError) in
                try StandardStream.input.read(into: &bytes)
            }) == 0 {
                inputIsOpen = false
            }
        } catch {
            guard error.code == .wouldBlock else { throw error }
        }
    }

    private mutating func writeOutput(_ readiness: Readiness) throws(SocketError) {
        // Nobody reads any more: there is no point in going on.
        if readiness.contains(.error), incoming.isEmpty { throw SocketError(.write, .brokenPipe) }
        guard !incoming.isEmpty else { return }
        do throws(SocketError) {
            _ = try incoming.drain { (bytes) throws(SocketError) in try StandardStream.output.write(bytes) }
        } catch {
            guard error.code == .wouldBlock else { throw error }
        }
    }

    private mutating func moveSocket(_ socket: borrowing Socket) throws(SocketError) {
        if receivingIsOpen && incoming.isEmpty { try receive(socket) }
        if sendingIsOpen && !outgoing.isEmpty { try send(socket) }
    }

    private mutating func receive(_ socket: borrowing Socket) throws(SocketError) {
        do throws(SocketError) {
            let count = try incoming.fill { (bytes) throws(SocketError) in
                try socket.receive(into: &bytes, flags: .dontWait)
            }
            traffic.received += count
            if count == 0 { receivingIsOpen = false }
        } catch {
            guard error.code == .wouldBlock else { throw error }
        }
    }

    /// A peer that takes nothing more may still have sent something: receiving goes on.
    private mutating func send(_ socket: borrowing Socket) throws(SocketError) {
        do throws(SocketError) {
            traffic.sent += try outgoing.drain { (bytes) throws(SocketError) in
                try socket.send(bytes, flags: .dontWait)
            }
        } catch {
            guard error.code != .wouldBlock else { return }
            outgoing.clear()
            sendingIsOpen = false
            sendError = error
        }
    }
}
