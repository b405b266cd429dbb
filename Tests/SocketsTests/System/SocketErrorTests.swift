import Sockets
import TestSupport
import Testing

@Suite struct SocketErrorTests {
    @Test(
        arguments: [
            (.connectionRefused, "ECONNREFUSED"), (.wouldBlock, "EAGAIN"), (.accessDenied, "EACCES"),
            (.addressInUse, "EADDRINUSE"), (.addressNotAvailable, "EADDRNOTAVAIL"), (.alreadyConnected, "EISCONN"),
            (.alreadyInProgress, "EALREADY"), (.badDescriptor, "EBADF"), (.brokenPipe, "EPIPE"),
            (.cancelled, "ECANCELED"), (.connectionAborted, "ECONNABORTED"), (.connectionReset, "ECONNRESET"),
            (.destinationRequired, "EDESTADDRREQ"), (.familyNotSupported, "EAFNOSUPPORT"),
            (.hostUnreachable, "EHOSTUNREACH"), (.inProgress, "EINPROGRESS"), (.invalidArgument, "EINVAL"),
            (.messageTooLarge, "EMSGSIZE"), (.networkDown, "ENETDOWN"), (.networkUnreachable, "ENETUNREACH"),
            (.noBufferSpace, "ENOBUFS"), (.noSuchDevice, "ENODEV"), (.noSuchProcess, "ESRCH"),
            (.notADirectory, "ENOTDIR"),
            (.notASocket, "ENOTSOCK"), (.notConnected, "ENOTCONN"), (.notFound, "ENOENT"),
            (.notImplemented, "ENOSYS"), (.notPermitted, "EPERM"), (.outOfMemory, "ENOMEM"),
            (.protocolError, "EPROTO"), (.protocolNotSupported, "EPROTONOSUPPORT"), (.readOnlyFileSystem, "EROFS"),
            (.timedOut, "ETIMEDOUT"), (.tooManyDescriptors, "EMFILE"), (.tooManyFiles, "ENFILE"),
            (.tooManyReferences, "ETOOMANYREFS"), (.typeNotSupported, "ESOCKTNOSUPPORT"), (.alreadyExists, "EEXIST"),
            (.unknownOption, "ENOPROTOOPT"), (.wrongProtocolType, "EPROTOTYPE"),
        ] as [(SocketError.Code, String)])
    func `a code of the system has its C name and a text`(code: SocketError.Code, name: String) {
        #expect(code.name == name)
        #expect(code.isSystem)
        #expect(!code.description.isEmpty)
        #expect(code.description != "unknown error")
        let error = SocketError(.send, code)
        #expect(error.description == "send: \(code) (\(name))")
    }

    @Test(arguments: [4711, 99_999, 133, 0, -4711, Int32.max, Int32.min])
    func `an unknown code keeps its number`(number: Int32) {
        let code = SocketError.Code(rawValue: number)
        #expect(code.rawValue == number)
        #expect(code.name == "errno \(number)" || number == 133)
        #expect(!code.description.isEmpty)
        #expect(SocketError(.connect, code).description.hasPrefix("connect: "))
    }

    @Test(
        arguments: [
            .nameNotFound, .nameTryAgain, .nameFailure, .unknownService, .badNameRequest, .invalidInput,
            .unexpectedEnd, .wrongAddressFamily, .closed,
        ] as [SocketError.Code])
    func `a code of the library or the resolver is no errno`(code: SocketError.Code) {
        #expect(!code.isSystem)
        #expect(!code.name.hasPrefix("errno"))
        #expect(SocketError(.getaddrinfo, code).description == "getaddrinfo: \(code)")
    }

    @Test func `a detail stands behind the code, or alone for input`() {
        #expect(
            SocketError(.accept, .invalidArgument, detail: "not listening").description
                == "accept: invalid argument (EINVAL): not listening")
        #expect(SocketError(.parse, .invalidInput, detail: "no port").description == "parse: no port")
        #expect(SocketError(.parse, .invalidInput).description == "parse: invalid input")
    }

    @Test func `errors are equal when operation and code are, and match by code`() {
        let error = SocketError(.connect, .timedOut, detail: "one")
        #expect(error == SocketError(.connect, .timedOut, detail: "other"))
        #expect(error != SocketError(.send, .timedOut))
        #expect(error != SocketError(.connect, .connectionRefused))
        #expect(Set([error, SocketError(.connect, .timedOut)]).count == 1)
        #expect(SocketError.timedOut ~= error)
        #expect(!(SocketError.connectionRefused ~= error))
    }

    @Test func `an error is small`() {
        #expect(MemoryLayout<SocketError>.size <= 16)
    }

    @Test(
        arguments: [
            (.bind, .addressInUse, "another port"), (.bind, .addressNotAvailable, "this machine"),
            (.connect, .connectionRefused, "server runs"), (.connect, .timedOut, "firewall"),
            (.connect, .hostUnreachable, "route"), (.connect, .networkUnreachable, "network"),
            (.accept, .tooManyDescriptors, "ulimit"), (.socket, .notPermitted, "CAP_NET_RAW"),
            (.bind, .accessDenied, "1024"), (.setsockopt, .notPermitted, "privilege"),
            (.sendto, .accessDenied, "broadcast"),
            (.getaddrinfo, .nameNotFound, "spelling"), (.getaddrinfo, .nameTryAgain, "again"),
            (.sendto, .messageTooLarge, "smaller"), (.socket, .familyNotSupported, "lacks"),
            (.socket, .protocolNotSupported, "lacks"), (.socket, .typeNotSupported, "lacks"),
        ] as [(SocketError.Operation, SocketError.Code, String)])
    func `a common error comes with advice`(operation: SocketError.Operation, code: SocketError.Code, word: String) {
        #expect(SocketError(operation, code).advice?.contains(word) == true)
    }

    @Test func `an error without general advice has none`() {
        #expect(SocketError(.recv, .connectionReset).advice == nil)
        #expect(SocketError(errorNumber: 4711).advice == nil)
    }

    @Test func `an error of a descriptor that was closed behind the library's back is bad descriptor`() throws {
        let socket = try Socket(.ipv4, .datagram)
        // Nobody else has this number, because no process may have that many.
        expectFailure(.badDescriptor) { _ = try Socket(adopting: Int32.max - 1) }
        #expect(try socket.takeError() == nil)
    }
}
