import Foundation
import Sockets
import TestSupport
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

@Suite(.ownThread, .timeLimit(.minutes(1))) struct BenchTests {
    @Test(arguments: ["echo", "throughput", "connect"], ["127.0.0.1:0", "unix:@"])
    func `a load on an echo server is checked and measured`(_ mode: String, _ kind: String) throws {
        let place = kind == "unix:@" ? "unix:@sock-test-\(UInt64.random(in: 0 ... .max))" : kind
        let server = try Program.sock("echo", "--model", "async", place), reported = server.address
        let target = kind == "unix:@" ? place : reported
        let outcome = try sock(
            "bench", "--mode", mode, "-c", "5", "-d", "0.1", "-t", "30", "--loops", "2", "--json", target)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.isEmpty)
        let result = try #require(outcome.json as? [String: Any])
        #expect(result["failures"] as? Int == 0)
        #expect(result["connections"] as? Int == 5)
        #expect(result["firstFailure"] is NSNull)
        #expect((result["bytes"] as? Int ?? 0) > 0)
        #expect((result["seconds"] as? Double ?? 0) >= 0.1)
        guard mode != "throughput" else {
            #expect(result["latency"] is NSNull)
            return
        }
        let messages = try #require(result["messages"] as? Int), size = try #require(result["size"] as? Int)
        #expect(messages > 0 && messages * size == result["bytes"] as? Int)
        let latency = try #require(result["latency"] as? [String: Double])
        let times = ["p50", "p90", "p99", "p99.9", "max"].compactMap { latency[$0] }
        #expect(times.count == 5 && times == times.sorted() && times[0] > 0)
    }

    @Test(arguments: ["echo", "throughput"]) func `the drawing is well-formed`(_ mode: String) throws {
        let folder = try TemporaryFolder(), path = folder.file("chart.svg")
        try Data("what was there before".utf8).write(to: URL(fileURLWithPath: path))
        let server = try Program.sock("echo", "--model", "async", "127.0.0.1:0")
        let outcome = try sock("bench", "-m", mode, "-c", "2", "-d", "0.2", "--svg", path, server.address)
        #expect(outcome.status == 0)
        #expect(outcome.lines[0].hasPrefix("\(mode) to \(server.address): 2 connections, "))
        let reader = ChartReader(), parser = XMLParser(data: try Data(contentsOf: URL(fileURLWithPath: path)))
        parser.delegate = reader
        #expect(parser.parse())
        #expect(reader.lines == (mode == "echo" ? 2 : 1))
        #expect(reader.words.contains("seconds"))
        #expect(reader.words.contains(mode == "echo" ? "messages per second" : "MB per second"))
        #expect(reader.words.contains { $0.hasPrefix("percentile") } == (mode == "echo"))
    }

    @Test func `a drawing that cannot be made is refused before the measurement`() throws {
        let server = try Program.sock("echo", "--model", "async", "127.0.0.1:0")
        let outcome = try sock("bench", "-d", "3600", "--svg", "/nowhere/chart.svg", server.address)
        #expect(outcome.status == 1 && outcome.output.isEmpty)
        #expect(outcome.errors.contains("/nowhere/chart.svg cannot be made"), "\(outcome.errors)")
    }

    /// What a drawing has.
    private final class ChartReader: NSObject, XMLParserDelegate {
        var lines = 0
        var words: [String] = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            if name == "text" { words.append("") }
            guard name == "polyline" else { return }
            lines += 1
            for pair in (attributes["points"] ?? "").split(separator: " ") {
                let numbers = pair.split(separator: ",").compactMap { Double($0) }
                #expect(
                    numbers.count == 2 && numbers[0] >= 80 && numbers[0] <= 696 && numbers[1] >= 40 && numbers[1] <= 244
                )
            }
        }

        func parser(_ parser: XMLParser, foundCharacters text: String) {
            if !words.isEmpty { words[words.count - 1] += text.trimmingCharacters(in: .newlines) }
        }
    }
}

extension BenchTests {
    /// Serves clients one after the other in a thread of its own, wrongly.
    private func server(_ handler: @escaping @Sendable (borrowing TCPStream) throws -> Void) throws -> String {
        let listener = Shared(try TCPListener(on: .loopback(port: 0)))
        Thread.detachNewThread {
            while let client = try? listener.listener.accept() { try? handler(client) }
        }
        return "\(listener.listener.localAddress)"
    }

    private final class Shared: Sendable {
        let listener: TCPListener
        init(_ listener: consuming TCPListener) { self.listener = listener }
    }

    @Test(arguments: ["echo", "throughput", "connect"]) func `a changed byte is found`(_ mode: String) throws {
        let target = try server { client in
            var buffer = [UInt8](repeating: 0, count: 4096), total = 0
            while case let count = try client.receive(into: &buffer), count > 0 {
                if (total..<total + count).contains(50) { buffer[50 - total] ^= 0x80 }
                total += count
                try client.sendAll(buffer.span.extracting(..<count))
            }
        }
        let outcome = try sock("bench", "-m", mode, "-c", "1", "-d", "5", target)
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("1 failed, first: recv: "))
        #expect(outcome.output.contains("byte 50 of connection 0 came back as "))
    }

    @Test(arguments: ["echo", "throughput", "connect"]) func `a server that leaves is found`(_ mode: String) throws {
        let target = try server { client in
            var buffer = [UInt8](repeating: 0, count: 10)
            try client.receiveExactly(into: &buffer)
            try client.sendAll(buffer.span)
        }
        let outcome = try sock("bench", "-m", mode, "-c", "1", "-d", "5", target)
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("1 failed, first: "))
    }

    @Test(arguments: ["echo", "connect"]) func `more than was sent is found`(_ mode: String) throws {
        let target = try server { client in
            var buffer = [UInt8](repeating: 0, count: 100)
            while case let count = try client.receive(into: &buffer), count > 0 {
                try client.sendAll(buffer.span.extracting(..<count))
                try client.sendAll([0].span)
            }
        }
        let time = mode == "echo" ? "50" : "0.5"
        let outcome = try sock("bench", "-m", mode, "-c", "1", "-s", "9", "-d", time, target)
        // Who reconnects may have left before the surplus came.
        #expect(outcome.status == 1 || mode == "connect")
    }

    @Test(arguments: ["echo", "throughput", "connect"]) func `an answer that never comes ends the load`(
        _ mode: String
    ) throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let outcome = try sock("bench", "-m", mode, "-c", "2", "-d", "0.1", "-t", "0.2", "\(listener.localAddress)")
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("2 failed, first: "))
        #expect(outcome.output.contains("the last answers did not come"))
    }

    @Test(arguments: ["echo", "throughput", "connect"])
    func `each connection has one message at least, however short the time`(_ mode: String) throws {
        let server = try Program.sock("echo", "--model", "async", "127.0.0.1:0")
        let outcome = try sock("bench", "-m", mode, "-c", "200", "-s", "64", "-d", "0.001", "--json", server.address)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(((outcome.json as? [String: Any])?["bytes"] as? Int ?? 0) >= 200 * 64)
    }

    @Test func `connections without messages are counted`() throws {
        let server = try Program.sock("echo", "--model", "async", "127.0.0.1:0")
        let outcome = try sock("bench", "-m", "connect", "-s", "0", "-c", "2", "-d", "0.1", server.address)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("  connections  "))
        #expect(outcome.output.contains("  bytes  0 each way"))
    }

    @Test func `a server that is not there is told with advice`() throws {
        let address = "\(try closedAddress())"
        let outcome = try sock("bench", address)
        #expect(outcome.status == 1)
        #expect(
            outcome.errors.hasPrefix("sock bench: connect to \(address): connection refused (ECONNREFUSED)\n    check"))
    }

    @Test(arguments: [("echo", "0"), ("echo", "65537"), ("throughput", "0"), ("throughput", "1048577")])
    func `a size out of bounds is refused with the bounds`(_ mode: String, _ size: String) throws {
        let outcome = try sock("bench", "-m", mode, "-s", size, "127.0.0.1:1")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("the size for \(mode) is 1 to "))
    }

    @Test func `a signal ends the load early, with what there is`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let bench = try Program.sock("bench", "-c", "1", "-s", "5", "-d", "1000", "--json", "\(listener.localAddress)")
        // The first one only looks whether somebody is there.
        _ = try listener.accept()
        let client = try listener.accept()
        var buffer = [UInt8](repeating: 0, count: 5)
        for _ in 0..<3 {
            try client.receiveExactly(into: &buffer)
            try client.sendAll(buffer.span)
        }
        bench.signal(SIGINT)
        while let count = try? client.receive(into: &buffer), count > 0 {
            try? client.sendAll(buffer.span.extracting(..<count))
        }
        let outcome = bench.finish()
        #expect(outcome.status == 0, "\(outcome)")
        #expect(((outcome.json as? [String: Any])?["messages"] as? Int ?? 0) >= 3)
    }
}

// MARK: - Servers that do nothing

extension BenchTests {
    /// A listener whose queue has places for two, and nobody who takes them out: further clients wait.
    private func fullSoon() throws -> TCPListener {
        var configuration = ListenerConfiguration()
        configuration.backlog = 1
        return try TCPListener(on: .loopback(port: 0), configuration)
    }

    @Test func `after a signal, the last answers have the time-out and no more`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let target = "\(listener.localAddress)"
        let bench = try Program.sock("bench", "-c", "1", "-s", "5", "-d", "3600", "-t", "0.2", target)
        // The first one only looks whether somebody is there.
        _ = try listener.accept()
        let client = try listener.accept()
        var buffer = [UInt8](repeating: 0, count: 5)
        try client.receiveExactly(into: &buffer)
        bench.signal(SIGINT)
        let outcome = bench.finish()
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("the last answers did not come"), "\(outcome)")
    }

    @Test(arguments: [("echo", "1000000"), ("connect", "100")])
    func `connecting takes no longer than the time-out, and once where all are needed`(
        _ mode: String, _ count: String
    ) throws {
        let listener = try fullSoon()
        let outcome = try sock(
            "bench", "-m", mode, "-s", mode == "echo" ? "1" : "0", "-c", count, "-d", "3600", "-t", "0.2",
            "\(listener.localAddress)")
        #expect(outcome.status == 1)
        #expect((outcome.output + outcome.errors).contains("ETIMEDOUT"), "\(outcome)")
    }

    @Test func `a signal while it connects ends it`() throws {
        let listener = try fullSoon()
        let bench = try Program.sock("bench", "-c", "100", "-t", "3600", "\(listener.localAddress)")
        _ = try listener.accept()
        bench.signal(SIGINT)
        let outcome = bench.finish()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("ECANCELED"), "\(outcome)")
    }
}
