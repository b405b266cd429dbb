import Foundation
import Sockets
import TestSupport
import Testing

@Suite struct UnixAddressOnSocketTests {
    @Test(arguments: [1, 50, 106, 107])
    func `a path of up to 107 bytes binds and comes back`(length: Int) throws {
        let folder = try TemporaryFolder()
        let start = folder.file("")
        let path = start + String(repeating: "p", count: max(1, length - start.utf8.count))
        let listener = try UnixListener(on: path)
        #expect(listener.localAddress.path == path)
        let client = try UnixStream.connect(to: path)
        #expect(client.peerAddress.path == path)
        let server = try listener.accept()
        #expect(server.peerAddress.isUnnamed)
        #expect(try client.localAddress.isUnnamed)
    }

    @Test(arguments: ["", "/tmp/a\0b", "\0", String(repeating: "x", count: 108), String(repeating: "x", count: 4096)])
    func `a path the kernel would misread is refused before any call`(path: String) {
        expectFailure(.invalidInput) { _ = try UnixAddress(path: path) }
        expectFailure(.invalidInput) { _ = try UnixListener(on: path) }
        expectFailure(.invalidInput) { _ = try UnixStream.connect(to: path) }
        expectFailure(.invalidInput) { _ = try UnixDatagramSocket(boundTo: path) }
    }

    @Test func `a path of any bytes binds, comes back, and goes with its listener`() throws {
        let folder = try TemporaryFolder()
        let bytes = Array(folder.file("").utf8) + [0xFF, 0xC3, 0x28]
        let address = try UnixAddress(pathBytes: bytes.span)
        do {
            let listener = try UnixListener(on: address)
            #expect(listener.localAddress == address)
            #expect(listener.localAddress.bytes == bytes)
            let client = try UnixStream.connect(to: address)
            let server = try listener.accept()
            _ = consume client
            _ = consume server
        }
        expectFailure(.notFound) { _ = try UnixStream.connect(to: address) }
    }

    @Test func `a path of other bytes is not mistaken for the one it prints as`() throws {
        let folder = try TemporaryFolder()
        let bytes = try UnixAddress(pathBytes: (Array(folder.file("").utf8) + [0xFF]).span)
        let printed = try #require(bytes.path)
        let innocent = try UnixListener(on: printed)
        do {
            let listener = try UnixListener(on: bytes)
            try listener.close()
        }
        let client = try UnixStream.connect(to: innocent.localAddress)
        _ = consume client
    }

    @Test func `abstract names are any bytes, compared exactly, and leave no file`() throws {
        let name = Array("sockets-\(UInt64.random(in: 0 ... .max))".utf8)
        let one = try UnixAddress(abstractBytes: (name + [0, 0xFF]).span)
        let other = try UnixAddress(abstractBytes: (name + [0, 0xFF, 0]).span)
        let first = try UnixListener(on: one), second = try UnixListener(on: other)
        #expect(first.localAddress == one)
        #expect(second.localAddress == other)
        #expect(first.localAddress.abstractName == name + [0, 0xFF])
        #expect(first.localAddress.path == nil)
        let client = try UnixStream.connect(to: other)
        #expect(client.peerAddress == other)
        expectFailure(.addressInUse) { _ = try UnixListener(on: one) }
        let whole = try UnixAddress(abstractBytes: pattern(107).span)
        let third = try UnixListener(on: whole)
        #expect(third.localAddress == whole)
        expectFailure(.invalidInput) { _ = try UnixAddress(abstractBytes: pattern(108).span) }
        expectFailure(.invalidInput) { _ = try UnixAddress(abstract: "") }
    }

    @Test func `binding to no name makes the kernel choose one`() throws {
        let one = try UnixListener(on: .unnamed), other = try UnixListener(on: .unnamed)
        let (first, second) = (one.localAddress, other.localAddress)
        #expect(first != second)
        #expect(first.abstractName?.count == 5)
        #expect(first.abstractName?.allSatisfy { $0 < 128 && ($0 >= 48 && $0 < 58 || $0 >= 97 && $0 < 103) } == true)
        let client = try UnixStream.connect(to: first)
        #expect(client.peerAddress == first)
    }

    @Test func `a socket that is not bound has no name`() throws {
        let socket = try UnixDatagramSocket()
        #expect(try socket.localAddress.isUnnamed)
        #expect(try socket.socket.localAddress.family == .unix)
        #expect(try socket.localAddress.description == "unnamed")
    }

    @Test func `connecting tells what is wrong with the path`() throws {
        let folder = try TemporaryFolder()
        let missing = folder.file("missing"), file = folder.file("file"), stale = folder.file("stale")
        expectFailure(.notFound) { _ = try UnixStream.connect(to: missing) }
        try Data().write(to: URL(fileURLWithPath: file))
        expectFailure(.connectionRefused) { _ = try UnixStream.connect(to: file) }
        expectFailure(.notADirectory) { _ = try UnixStream.connect(to: file + "/s") }
        let left = try Socket(.unix, .stream)
        try left.bind(to: UnixAddress(path: stale))
        try left.close()
        let error = expectFailure(.connectionRefused) { _ = try UnixStream.connect(to: stale) }
        #expect(error?.description == "connect to \(stale): connection refused (ECONNREFUSED)")
        let datagrams = try UnixDatagramSocket(boundTo: folder.file("d"))
        let path = try #require(try datagrams.localAddress.path)
        expectFailure(.wrongProtocolType) { _ = try UnixStream.connect(to: path) }
    }

    @Test func `binding tells what is wrong with the path`() throws {
        let folder = try TemporaryFolder()
        let file = folder.file("file")
        try Data("kept".utf8).write(to: URL(fileURLWithPath: file))
        var replacing = ListenerConfiguration()
        replacing.staleFile = .replace
        for configuration in [ListenerConfiguration(), replacing] {
            let error = expectFailure(.addressInUse) { _ = try UnixListener(on: file, configuration) }
            #expect(error?.description == "bind \(file): address already in use (EADDRINUSE)")
            expectFailure(.addressInUse) { _ = try UnixListener(on: folder.path, configuration) }
            expectFailure(.notADirectory) { _ = try UnixListener(on: file + "/s", configuration) }
            expectFailure(.notFound) { _ = try UnixListener(on: folder.file("none/s"), configuration) }
        }
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "kept")
    }

    @Test func `a listener's file goes when it closes or goes out of scope`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("s")
        let exists = { FileManager.default.fileExists(atPath: path) }
        let closed = try UnixListener(on: path)
        #expect(exists())
        try closed.close()
        #expect(!exists())
        do {
            let dropped = try UnixListener(on: path)
            #expect(exists())
            _ = consume dropped
        }
        #expect(!exists())
        let datagrams = try UnixDatagramSocket(boundTo: path)
        #expect(exists())
        let peer = try UnixDatagramSocket(boundTo: folder.file("peer"))
        let connected = try datagrams.connected(to: peer.localAddress)
        #expect(exists())
        try connected.close()
        #expect(!exists())
    }

    @Test func `the file of a failed connect goes with its socket`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("s")
        let datagrams = try UnixDatagramSocket(boundTo: path)
        do {
            _ = try datagrams.connected(to: UnixAddress(path: folder.file("none")))
            Issue.record("connected to nothing")
        } catch { #expect(error == SocketError(.connect, .notFound)) }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `a file that was replaced meanwhile is left alone`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("s")
        let old = try UnixListener(on: path)
        try FileManager.default.removeItem(atPath: path)
        let new = try UnixListener(on: path)
        try old.close()
        let client = try UnixStream.connect(to: path)
        _ = consume client
        try FileManager.default.removeItem(atPath: path)
        try Data("kept".utf8).write(to: URL(fileURLWithPath: path))
        try new.close()
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "kept")
    }

    @Test func `an adopted listener does not remove the file`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("s")
        let socket = try Socket(.unix, .stream)
        try socket.bind(to: UnixAddress(path: path))
        try socket.listen()
        try UnixListener(socket).close()
        #expect(FileManager.default.fileExists(atPath: path))
    }

    @Test func `a stale file is replaced when asked for, a live one never`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("s")
        var replacing = ListenerConfiguration()
        replacing.staleFile = .replace
        let stale = try Socket(.unix, .stream)
        try stale.bind(to: UnixAddress(path: path))
        try stale.close()
        expectFailure(.addressInUse) { _ = try UnixListener(on: path) }
        let live = try UnixListener(on: path, replacing)
        expectFailure(.addressInUse) { _ = try UnixListener(on: path, replacing) }
        let client = try UnixStream.connect(to: path)
        _ = consume client
        let datagrams = try UnixDatagramSocket(boundTo: folder.file("d"))
        let other = try #require(try datagrams.localAddress.path)
        expectFailure(.addressInUse) { _ = try UnixListener(on: other, replacing) }
        _ = consume live
    }

    @Test func `a live listener with a full queue is not taken for stale`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("s")
        var replacing = ListenerConfiguration()
        replacing.staleFile = .replace
        replacing.backlog = 0
        let live = try UnixListener(on: path, replacing)
        let client = try UnixStream.connect(to: path)
        expectFailure(.addressInUse) { _ = try UnixListener(on: path, replacing) }
        #expect(FileManager.default.fileExists(atPath: path))
        _ = consume client
        _ = consume live
    }

    @Test func `clients in the queue of a closing Unix listener are reset`() throws {
        let folder = try TemporaryFolder()
        let listener = try UnixListener(on: folder.file("s"))
        let client = try UnixStream.connect(to: listener.localAddress)
        try listener.close()
        expectFailure(.connectionReset) { try expectReceived([], from: client.socket) }
    }

    @Test func `a refused configuration makes no file`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("s")
        var configuration = ListenerConfiguration()
        configuration.backlog = -1
        expectFailure(.invalidInput) { _ = try UnixListener(on: path, configuration) }
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
