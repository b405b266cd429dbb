import SocketServers
import Sockets
import TestSupport
import Testing

@Suite struct AcceptPolicyTests {
    @Test(arguments: [
        SocketError.Code.connectionAborted, .protocolError, .networkDown, .unknownOption, .hostUnreachable,
        .notSupported, .networkUnreachable, .wouldBlock, .wrongAddressFamily,
    ])
    func `an error of one client is passed over`(_ code: SocketError.Code) {
        #expect(AcceptPolicy().action(after: code) == .retry)
    }

    @Test(arguments: [SocketError.Code.tooManyDescriptors, .tooManyFiles, .noBufferSpace, .outOfMemory])
    func `a want of something makes a pause`(_ code: SocketError.Code) {
        #expect(AcceptPolicy().action(after: code) == .pause)
    }

    @Test(arguments: [SocketError.Code.badDescriptor, .invalidArgument, .notASocket, .notImplemented])
    func `a dead listener ends the server`(_ code: SocketError.Code) {
        #expect(AcceptPolicy().action(after: code) == .stop)
    }

    @Test func `an error nobody foresaw makes a pause, so that it neither ends the server nor spins`() {
        #expect(AcceptPolicy().action(after: SocketError.Code(rawValue: 4711)) == .pause)
    }

    @Test(arguments: Model.allCases) func `a listener that is shut down ends run with an error`(_ model: Model) throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let twin = try listener.socket.duplicate()
        let parcel = Parcel(listener)
        let running = Running { () throws(SocketError) in try model.run(parcel.open(), ServerConfiguration()) }
        try twin.shutdown(.both)
        let error = try running.end()
        #expect(error?.operation == .accept)
        #expect(error?.code == .invalidArgument)
    }
}
