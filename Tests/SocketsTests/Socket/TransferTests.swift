import Sockets
import TestSupport
import Testing

@Suite(.ownThread) struct TransferTests {
    @Test func `8 MiB arrive whole at a reader of odd pieces, through a small buffer`() throws {
        let connection = try Connection()
        try connection.client.setOption(.sendBufferSize, to: 32_768)
        let bytes = pattern(8 << 20)
        let server = connection.server
        let reader = Background {
            let error = socketError { () throws(SocketError) in
                var buffer = [UInt8](repeating: 0, count: 50_021), got: [UInt8] = []
                while case let count = try server.receive(into: &buffer), count > 0 { got += buffer.prefix(count) }
                #expect(got == bytes)
            }
            #expect(error == nil)
        }
        try connection.client.sendAll(bytes.span)
        try connection.client.shutdown(.write)
        reader.join()
    }

    @Test func `sendAll says how much had gone when there is no room for more`() throws {
        let pair = try UnixStream.pair()
        try pair.first.socket.setMode(.nonBlocking)
        let bytes = pattern(8 << 20)
        let error = expectFailure(.wouldBlock) { try pair.first.sendAll(bytes.span) }
        let sent = try #require(error?.transferred)
        #expect(sent > 0)
        #expect(error?.description == "send: the call would block (EAGAIN), after \(sent) bytes")
        var got = [UInt8](repeating: 0, count: sent)
        try pair.second.receiveExactly(into: &got)
        #expect(got == Array(bytes.prefix(sent)))
        expectFailure(.wouldBlock) { _ = try pair.second.socket.receive(upTo: 1, flags: .dontWait) }
    }

    @Test func `sendAll says how much had gone when the peer goes in between`() throws {
        let pair = try UnixStream.pair()
        let first = pair.first, second = pair.second
        let bytes = pattern(8 << 20)
        let reader = Background {
            let error = socketError { () throws(SocketError) in
                var buffer = [UInt8](repeating: 0, count: 1_000_003)
                try second.receiveExactly(into: &buffer)
                #expect(buffer == Array(bytes.prefix(1_000_003)))
                try second.shutdown(.both)
            }
            #expect(error == nil)
        }
        let error = expectFailure(.brokenPipe) { try first.sendAll(bytes.span) }
        reader.join()
        let sent = try #require(error?.transferred)
        #expect(sent >= 1_000_003)
        #expect(sent < bytes.count)
    }

    @Test func `receiveExactly says how much had come when the stream ends early`() throws {
        let pair = try UnixStream.pair()
        let first = pair.first, second = pair.second
        try first.sendAll([1, 2, 3].span)
        try first.close()
        var buffer = [UInt8](repeating: 0, count: 5)
        let error = expectFailure(.unexpectedEnd) { try second.receiveExactly(into: &buffer) }
        #expect(error?.transferred == 3)
        #expect(error?.description == "recv: the stream ended early, after 3 bytes")
        #expect(buffer == [1, 2, 3, 0, 0])
        var none: [UInt8] = []
        try second.receiveExactly(into: &none)
    }

    @Test func `bytes are received in pieces of the buffer's size`() throws {
        let connection = try Connection()
        let bytes = pattern(1000)
        try connection.client.sendAll(bytes.span)
        var first = [UInt8](repeating: 0, count: 997)
        try connection.server.receiveExactly(into: &first)
        #expect(first.elementsEqual(bytes[..<997]))
        try expectReceived(Array(bytes[997...]), from: connection.server.socket)
    }

    @Test func `nothing to send sends nothing`() throws {
        let connection = try Connection()
        let sent = try connection.client.send([UInt8]().span)
        #expect(sent == 0)
        try connection.client.sendAll([UInt8]().span)
        expectFailure(.wouldBlock) { try expectReceived([], from: connection.server.socket, flags: .dontWait) }
    }

    @Test func `a buffer without room is refused by a stream, and is no end`() throws {
        let connection = try Connection()
        try connection.client.sendAll([7].span)
        try connection.server.socket.wait(for: .readable)
        var none: [UInt8] = []
        let error = expectFailure(.invalidInput) { _ = try connection.server.receive(into: &none) }
        #expect(error?.operation == .recv)
        expectFailure(.invalidInput) {
            var span = none.mutableSpan
            _ = try connection.server.receive(into: &span)
        }
        let full = expectFailure(.invalidInput) {
            _ = try [UInt8](capacity: 0) { span throws in _ = try connection.server.receive(into: &span) }
        }
        #expect(full?.operation == .recv)
        // The base type makes the call: data waits, and 0 bytes of it are received.
        let count = try connection.server.socket.receive(into: &none)
        #expect(count == 0)
        try expectReceived([7], from: connection.server.socket)
    }

    @Test func `memory that was not initialised counts what came only`() throws {
        let pair = try Socket.pair()
        _ = try pair.first.send([1, 2, 3].span)
        let bytes = try [UInt8](capacity: 8) { span throws in
            span.append(9)
            let count = try pair.second.receive(into: &span)
            #expect(count == 3)
        }
        #expect(bytes == [9, 1, 2, 3])
    }

    @Test func `asking for the real size does not make uninitialised memory count`() throws {
        let truncate = ReceiveFlags(rawValue: MessageFlags.truncated.rawValue)
        let pair = try Socket.pair(.datagram)
        _ = try pair.first.send(pattern(100).span)
        let bytes = try [UInt8](capacity: 10) { span throws in _ = try pair.second.receive(into: &span, flags: truncate)
        }
        #expect(bytes.elementsEqual(pattern(100)[..<10]))
        let connection = try Connection()
        try connection.client.sendAll([1, 2, 3].span)
        let stream = try [UInt8](capacity: 10) { span throws in
            _ = try connection.server.receive(into: &span, flags: truncate)
        }
        #expect(stream == [1, 2, 3])
    }

    @Test func `the end of a stream comes again and again`() throws {
        let connection = try Connection()
        try connection.client.close()
        for _ in 0..<3 { try expectReceived([], from: connection.server.socket) }
    }

    @Test func `what was sent before closing arrives`() throws {
        let connection = try Connection()
        let bytes = pattern(100_000)
        try connection.client.sendAll(bytes.span)
        try connection.client.close()
        var buffer = [UInt8](repeating: 0, count: bytes.count)
        try connection.server.receiveExactly(into: &buffer)
        #expect(buffer == bytes)
        try expectReceived([], from: connection.server.socket)
    }

    @Test func `peeking leaves the data where it is`() throws {
        let connection = try Connection()
        try connection.client.sendAll([1, 2, 3].span)
        for _ in 0..<2 { try expectReceived([1, 2, 3], from: connection.server.socket, flags: .peek) }
        try expectReceived([1, 2, 3], from: connection.server.socket)
    }

    @Test func `a peek offset moves on with each peek, and back with each receive`() throws {
        let pair = try Socket.pair()
        try pair.second.setOption(.peekOffset, to: 0)
        _ = try pair.first.send([1, 2, 3, 4].span)
        let one = try pair.second.receive(upTo: 2, flags: .peek), two = try pair.second.receive(upTo: 2, flags: .peek)
        #expect(one == [1, 2])
        #expect(two == [3, 4])
        #expect(try pair.second.option(.peekOffset) == 4)
        _ = try pair.second.receive(upTo: 3)
        #expect(try pair.second.option(.peekOffset) == 1)
    }

    @Test func `waiting for all gives all, or less at the end`() throws {
        let connection = try Connection()
        let client = connection.client
        let writer = Background {
            let error = socketError { () throws(SocketError) in
                for byte in pattern(10) { try client.sendAll([byte].span) }
                try client.shutdown(.write)
            }
            #expect(error == nil)
        }
        let first = try connection.server.socket.receive(upTo: 6, flags: .waitAll)
        #expect(first == Array(pattern(10)[..<6]))
        let rest = try connection.server.socket.receive(upTo: 6, flags: .waitAll)
        #expect(rest == Array(pattern(10)[6...]))
        writer.join()
    }

    @Test func `not waiting works in both directions on a blocking socket`() throws {
        let pair = try UnixStream.pair()
        var buffer: [UInt8] = [0]
        expectFailure(.wouldBlock) { _ = try pair.second.receive(into: &buffer, flags: .dontWait) }
        let bytes = pattern(1 << 20)
        let error = expectFailure(.wouldBlock) {
            while true { try pair.first.sendAll(bytes.span, flags: .dontWait) }
        }
        #expect(error?.operation == .send)
        #expect(try pair.first.socket.mode == .blocking)
    }

    @Test func `discarding drops bytes of TCP without copying them`() throws {
        let connection = try Connection()
        try connection.client.sendAll([1, 2, 3, 4].span)
        try connection.server.socket.wait(for: .readable)
        var buffer = [UInt8](repeating: 9, count: 3)
        let flags = ReceiveFlags(rawValue: MessageFlags.truncated.rawValue)
        let count = try connection.server.socket.receive(into: &buffer, flags: flags)
        #expect(count == 3)
        #expect(buffer == [9, 9, 9])
        try expectReceived([4], from: connection.server.socket)
    }

    @Test func `both directions work at the same time through duplicates`() throws {
        let connection = try Connection()
        let bytes = pattern(1 << 20)
        let client = connection.client, reading = try client.duplicate()
        let server = connection.server, echo = try server.duplicate()
        let back = Background {
            let error = socketError { () throws(SocketError) in
                var buffer = [UInt8](repeating: 0, count: 4096)
                while case let count = try server.receive(into: &buffer), count > 0 {
                    try echo.sendAll(buffer.span.extracting(..<count))
                }
                try echo.shutdown(.write)
            }
            #expect(error == nil)
        }
        let reader = Background {
            let error = socketError { () throws(SocketError) in
                var buffer = [UInt8](repeating: 0, count: bytes.count)
                try reading.receiveExactly(into: &buffer)
                #expect(buffer == bytes)
            }
            #expect(error == nil)
        }
        try client.sendAll(bytes.span)
        try client.shutdown(.write)
        back.join()
        reader.join()
    }

    @Test func `sending to a peer that is gone is an error, not a signal`() throws {
        let connection = try Connection()
        let client = connection.client, server = connection.server
        try server.reset()
        try client.socket.wait(for: .readable)
        expectFailure(.connectionReset) { try client.sendAll([1].span) }
        expectFailure(.brokenPipe) { try client.sendAll([1].span) }
        let pair = try UnixStream.pair()
        let first = pair.first, second = pair.second
        try second.close()
        expectFailure(.brokenPipe) { try first.sendAll([1].span) }
    }

    @Test func `the counts of waiting bytes are right`() throws {
        let connection = try Connection()
        try connection.client.sendAll([1, 2, 3].span)
        try connection.server.socket.wait(for: .readable)
        #expect(try connection.server.socket.availableCount == 3)
        #expect(try connection.client.socket.unsentCount >= 0)
    }

    @Test func `a datagram on a pair keeps its boundary, and an empty one is one`() throws {
        for type in [SocketType.datagram, .sequencedPacket] {
            let pair = try Socket.pair(type)
            for message in [[1, 2, 3], [], [4]] as [[UInt8]] { _ = try pair.first.send(message.span) }
            let cut = try pair.second.receive(upTo: 2)
            #expect(cut == [1, 2])
            try expectReceived([], from: pair.second)
            try expectReceived([4], from: pair.second)
        }
    }
}
