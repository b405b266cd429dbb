import AsyncSockets
import Glibc
import Sockets

// What a test cannot do in its own process: limits of descriptors, and calls that fail.

let arguments = CommandLine.arguments
guard arguments.count == 3 || arguments.count == 4, let word = arguments.last else {
    say("usage: AsyncFixture SCENARIO ENGINE [ARGUMENT]")
    exit(2)
}
let before = openSockets()
let kind = arguments[2] == "any" ? nil : EngineKind(rawValue: arguments[2])
if arguments[1] == "storm" { try transferInStorm(kind) }
if arguments[1] == "engine" { sayEngine(kind) }
if arguments[1] == "child" { sayWhatAChildHas() }
do throws(SocketError) {
    let loop = try EventLoop(engine: kind)
    let error = await failure { try await run(arguments[1], loop) }
    if let error { say(describe(error)) }
    await sayWhatIsLeft(loop)
    await loop.shutdown()
    if error == nil { say("done") }
} catch { say(describe(error)) }

func run(_ scenario: String, _ loop: EventLoop) async throws {
    switch scenario {
    case "serve": try await serve(loop)
    case "sendto", "sendmsg": try await send(loop)
    case "crowd": try await crowd(loop.engineKind)
    case "old": try await serveUntilReplaced(loop, word)
    case "new": try await serveAsSuccessor(loop, word)
    case "tell": try await serveTelling(loop)
    case "drain": try await drain(loop, word)
    case "transfer": try await transfer(loop)
    case "fork": try await serveBesideChild(loop)
    case "unix": try await serveUnix(loop, word)
    case "close": try await closeAndGoOn(loop)
    case "child": try await startChild(loop)
    case "group": try await makeGroups(loop.engineKind)
    case "stranger": await trespass(loop)
    case "probes", "patience": try await vanish(loop, scenario, word)
    default: say(try await exchange(loop))
    }
}

/// Echoes until the end of standard input, with room for two clients only.
func serve(_ loop: EventLoop) async throws {
    let listener = try AsyncTCPListener(on: "127.0.0.1:0", loop: loop)
    var configuration = ServeConfiguration()
    let stop = ServeStop()
    configuration.stop = stop
    configuration.onEvent = { @Sendable event in
        if case .acceptPaused(let error, let time) = event { say("accept paused \(error.code.name) \(time)") }
    }
    Task.detached {
        while readLine() != nil {}
        stop.stop()
    }
    // The runtime opens descriptors of its own when it first waits, and traps without them.
    try await Task.sleep(for: .milliseconds(1))
    limitDescriptors(2)
    say("\(listener.localAddress)")
    try await listener.serve(configuration) { @Sendable client in
        for try await chunk in client.chunks() { try await client.sendAll(chunk.span) }
    }
    let counters = configuration.counters
    say("\(counters.accepted) accepted, \(counters.active) active, \(counters.failed) failed")
}

/// Sends itself bytes in all ways and looks at what came.
@Sendable nonisolated func exchange(_ loop: EventLoop) async throws -> String {
    let listener = try AsyncTCPListener(on: "127.0.0.1:0", loop: loop)
    let client = try await AsyncTCPStream.connect(to: listener.localAddress, loop: loop)
    let server = try await listener.accept()
    var sent = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    var got = [UInt8](repeating: 0, count: sent.count)
    for _ in 0..<3 {
        try await client.sendAll(sent.span)
        try await server.receiveExactly(into: &got)
        try await server.sendAll(gathering: [Array(got[..<10_000]), Array(got[10_000...])])
        try await client.receiveExactly(into: &sent)
        // A wait for nothing but time.
        try await loop.sleep(within: .milliseconds(1))
    }
    try await client.sendLine("end")
    try client.shutdown(.write)
    var reader = StreamReader()
    let line = try await reader.line(from: server), end = try await reader.line(from: server)
    let socket = try AsyncUDPSocket(boundTo: "127.0.0.1:0", loop: loop)
    try await socket.send([1, 2].span, to: socket.localAddress)
    let datagram = try await socket.receive(into: &got)
    return sent[2...] == got[2...] && line == "end" && end == nil && datagram.count == 2 ? "equal" : "different"
}

/// Sends twice, to find out what comes of a failure of the second.
func send(_ loop: EventLoop) async throws {
    let pair = try AsyncUnixStream.pair(on: loop)
    var sent = 0
    do throws(SocketError) {
        for _ in 0..<2 {
            if arguments[1] == "sendto" {
                try await pair.first.sendAll([1, 2, 3].span)
            } else {
                try await pair.first.sendAll(gathering: [[1], [2, 3]])
            }
            sent += 3
        }
    } catch { say(describe(error, sent)) }
}

/// Lowers the limit of descriptors to those that are open, and some more.
func limitDescriptors(_ spare: Int) {
    var (count, number): (Int, Int32) = (0, 0)
    while count < spare {
        if fcntl(number, F_GETFD) < 0 { count += 1 }
        number += 1
    }
    var limit = rlimit(rlim_cur: rlim_t(number), rlim_max: rlim_t(number))
    // The call reads the limit, which lives that long.
    unsafe setrlimit(__rlimit_resource_t(7), &limit)
}

@Sendable nonisolated func say(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    // Not by print, whose buffers wait for whoever reads the standard input. The bytes live that long.
    _ = unsafe write(1, bytes, bytes.count)
}
