import Sockets
import TestSupport
import Testing

@Suite(.ownThread) struct WaitTests {
    @Test(arguments: [Deadline.now, .after(.zero), .after(.seconds(-5)), .after(.seconds(Int64.min))])
    func `a time gone by looks once`(deadline: Deadline) throws {
        let pair = try Socket.pair()
        #expect(try pair.first.wait(for: .readable, until: deadline).isEmpty)
        #expect(try pair.first.wait(for: [.readable, .writable], until: deadline) == .writable)
    }

    @Test(arguments: [Duration.nanoseconds(1), .microseconds(1), .microseconds(500), .milliseconds(3)])
    func `a wait does not end before its time`(time: Duration) throws {
        let pair = try Socket.pair()
        let deadline = Deadline.after(time)
        #expect(try pair.first.wait(for: .readable, until: deadline).isEmpty)
        #expect(deadline.hasPassed)
    }

    @Test(arguments: [
        Deadline.never, .after(.seconds(Int64.max)), .after(.seconds(1 << 32)), .after(.milliseconds(1 << 31)),
    ])
    func `a far time does not overflow`(deadline: Deadline) throws {
        let pair = try Socket.pair()
        let second = pair.second
        let sender = Background { _ = socketError { () throws(SocketError) in _ = try second.send([1].span) } }
        #expect(try pair.first.wait(for: .readable, until: deadline) == .readable)
        sender.join()
    }

    @Test func `the end of a stream is readable, and the end of both hung up`() throws {
        let pair = try UnixStream.pair()
        try pair.first.shutdown(.write)
        #expect(try pair.second.socket.wait(for: .readable) == .readable)
        try pair.first.shutdown(.read)
        #expect(try pair.second.socket.wait(for: .readable) == [.readable, .hangUp])
    }

    @Test func `a listener is readable when somebody waits`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        #expect(try listener.socket.wait(for: .readable, until: .now).isEmpty)
        let client = try TCPStream.connect(to: listener.localAddress)
        #expect(try listener.socket.wait(for: .readable) == .readable)
        #expect(try listener.socket.wait(for: .readable) == .readable)
        _ = consume client
    }

    @Test func `a full socket is not writable until there is room`() throws {
        let pair = try UnixStream.pair()
        let bytes = pattern(1 << 20)
        _ = socketError { () throws(SocketError) in while true { try pair.first.sendAll(bytes.span, flags: .dontWait) }
        }
        #expect(try pair.first.socket.wait(for: .writable, until: .now).isEmpty)
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while try pair.first.socket.wait(for: .writable, until: .now).isEmpty {
            _ = try pair.second.receive(into: &buffer)
        }
    }

    @Test func `a shutdown wakes a wait`() throws {
        let pair = try UnixStream.pair()
        let second = pair.second
        let other = Background { _ = socketError { () throws(SocketError) in try second.shutdown(.both) } }
        #expect(try pair.first.socket.wait(for: .readable).contains(.readable))
        other.join()
    }

    @Test func `deadlines are ordered, and saturate`() {
        #expect(Deadline.now < .never)
        #expect(Deadline.after(.seconds(Int64.max)) == .never)
        #expect(Deadline.after(.seconds(1)) > .now)
        #expect(!Deadline.never.hasPassed)
        #expect(Deadline.after(.nanoseconds(-1)).hasPassed)
        #expect(Deadline.now <= .now)
    }
}
