import Sockets
import TestSupport
import Testing

/// A server that has no descriptors left is in a process of its own: the limit is the process's.
@Suite(.ownThread, .timeLimit(.minutes(1))) struct DescriptorLimitTests {
    @Test(arguments: Model.concurrent)
    func `without descriptors a server pauses longer and longer, and then serves those who waited`(
        _ model: Model
    ) throws {
        let server = try Program.fixture("limited", "2", model.rawValue)
        let address = try #require(server.line().flatMap(IPSocketAddress.init))
        let first = try TCPStream.connect(to: address), second = try TCPStream.connect(to: address)
        let third = try TCPStream.connect(to: address)
        try third.sendAll("x".utf8.span)
        for pause in ["0.005", "0.01", "0.02", "0.04"] {
            #expect(server.line() == "accept paused EMFILE \(pause) seconds")
        }
        // Those who were let in are served meanwhile.
        var buffer: [UInt8] = [0]
        try first.sendAll("1".utf8.span)
        try first.receiveExactly(into: &buffer)
        #expect(buffer == [49])
        try first.close()
        try third.receiveExactly(into: &buffer)
        #expect(buffer == [120])
        _ = consume second
        _ = consume third
        server.stop()
        #expect(server.finish().lines.last == "done")
    }
}
