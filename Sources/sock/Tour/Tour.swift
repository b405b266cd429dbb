internal import CSocketShim
import Sockets

/// `sock tour`: starts every kind of server, and real clients against each.
struct Tour: Command {
    static let name = "tour"
    static let summary = "start every kind of server, try each with real clients, and show what happens"
    static let discussion = """
        Each server is a process of its own on a free loopback port or a socket file. Several clients talk to it at the
        same time: small messages, much data in both directions, a half-close, an abrupt reset. Every byte that comes
        back is compared. In the end it is stopped, and has to be gone with all its children. No privilege and no network
        is needed. The exit status is 1 when anything was wrong.
        """

    static var arguments: [Argument<Tour>] {
        [
            .flag("--json", sets: \.isJSON, help: "print a list of JSON objects"),
            .option("--model", "-m", value: "MODEL", sets: \.only, help: "visit the servers of this model only"),
        ]
    }

    private var isJSON = false
    private var only: EchoModel?

    func run() throws(SocketError) -> ExitStatus {
        let watch = Stopwatch(), report = TourReport(style: Style(), isJSON: isJSON)
        var stops: [TourStop] = []
        try report.begin()
        for kind in ServerKind.all where only == nil || kind.model == only {
            let stop = TourStop.visit(kind)
            try report.add(stop)
            stops.append(stop)
        }
        try report.end(stops, watch.elapsed)
        return stops.allSatisfy { $0.problems.isEmpty } ? .success : .failure
    }
}

/// What was seen at one server.
struct TourStop {
    let kind: ServerKind
    private(set) var clients = 0
    private(set) var bytes = 0
    private(set) var connection = "-"
    private(set) var server = "-"
    private(set) var problems: [String] = []
    private(set) var time = Duration.zero

    private init(_ kind: ServerKind) { self.kind = kind }

    /// Starts the server, runs the clients and stops the server.
    static func visit(_ kind: ServerKind) -> TourStop {
        let watch = Stopwatch()
        var stop = TourStop(kind)
        do throws(SocketError) { try stop.visit() } catch { stop.problems.append(error.description) }
        stop.time = watch.elapsed
        return stop
    }

    private mutating func visit() throws(SocketError) {
        var process = try ServerProcess(kind.model, at: address)
        let endpoint = try Self.endpoint(try process.line(), kind.transport)
        if kind.transport.isDatagram {
            add(try Crew.run(DatagramVisitor.all(of: endpoint, answersElsewhere: kind.model == .udpFork)))
        } else {
            add(try Crew.run(StreamVisitor.all(of: endpoint)))
            add(try Crew.run(StreamVisitor.last(of: endpoint)))
        }
        server = try process.stop()
        checkServer()
    }

    private var address: String {
        guard kind.transport.isUnix else { return "127.0.0.1:0" }
        return "unix:/tmp/sock-tour-\(csock_getpid())-\(kind.model.rawValue)"
    }

    private static func endpoint(_ text: String, _ transport: ServerKind.Transport) throws(SocketError) -> Endpoint {
        do throws(ValueProblem) { return try Endpoint(argument: (transport.isUnix ? "unix:" : "") + text) } catch {
            throw SocketError(.parse, .invalidInput, detail: "the server reports '\(text)' as its address")
        }
    }

    private mutating func add(_ reports: [ClientReport]) {
        clients += reports.count
        for report in reports {
            bytes += report.bytes
            if connection == "-", let seen = report.connection { connection = seen }
            if let problem = report.problem { problems.append(problem) }
        }
    }

    /// The server's own count has to agree.
    private mutating func checkServer() {
        guard !kind.transport.isDatagram else { return }
        if !server.hasPrefix("\(clients) accepted, 0 active") { problems.append("the server counted \(server)") }
    }
}
