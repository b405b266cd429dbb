import AsyncSockets
internal import CSocketShim
import Sockets

/// What a proxy was told about its connections.
struct ProxySettings: Sendable {
    /// How long nothing may move.
    var idle: Duration?
    /// How long connecting to the target may take.
    var connecting: Duration
    /// How bytes are moved.
    var method: ProxyMethod
    /// Whether each connection is told about.
    var isVerbose: Bool
}

/// How bytes get from one socket to the other.
enum ProxyMethod {
    /// By copying, until so much comes at once that splicing pays.
    case adaptive
    /// Through a pipe, within the kernel.
    case splice
    /// Through memory of the loop.
    case copy

    /// Bytes of one receive that are many: as many as the memory of a loop takes.
    static let bulk = 65_536

    /// Whether splicing can begin after copying. The ring receives ahead of who copies, and a splice would overtake that.
    static func mayChange(on engine: EngineKind) -> Bool { engine != .ring }
}

/// Connects each client to a target, and moves bytes until both directions have ended.
struct ProxyRelay<Target: SocketAddressProtocol>: Sendable {
    let targets: [Target]
    let totals = ProxyTotals()
    private let settings: ProxySettings
    private let loops = ProxyLoops()

    /// Targets are tried one after the other; there is at least one.
    init(to targets: [Target], _ settings: ProxySettings) {
        self.targets = targets
        self.settings = settings
    }

    /// Serves a client to its end. What goes wrong costs this client only.
    func serve<Address>(_ client: borrowing AsyncStreamSocket<Address>) async throws(SocketError) {
        let flow = ProxyFlow(settings.idle), name = "\(client.peerAddress)"
        do throws(SocketError) {
            try await relay(client, flow)
            tell("\(name): \(flow)")
        } catch {
            totals.fail()
            // Only what keeps clients from a target is worth a line that nobody asked for.
            if flow.isConnected { tell("\(name): \(flow), \(error)") } else { printNote("sock: \(name): \(error)") }
        }
        totals.add(flow)
    }

    private func tell(_ text: String) {
        if settings.isVerbose { printNote("sock: \(text)") }
    }

    private func relay<Address>(
        _ client: borrowing AsyncStreamSocket<Address>, _ flow: ProxyFlow
    ) async throws(SocketError) {
        let inward = try loops.enter(client)
        defer { loops.leave(inward) }
        let target = try await connect()
        let outward = try loops.reach(target)
        defer { loops.forget(outward) }
        flow.connect()
        let direction = ProxyDirection(flow: flow, method: settings.method)
        do {
            try await client.concurrently(
                { client in try await direction.run(from: client.socket, to: target.socket, flow.up) },
                { client in try await direction.run(from: target.socket, to: client.socket, flow.down) })
        } catch {
            guard let error = error as? SocketError else { return }
            if flow.isBroken(by: error) { reset(client.socket, target.socket) }
            throw error
        }
    }

    /// Neither peer takes what it got for the whole.
    private func reset(_ sockets: borrowing AsyncSocket, _ other: borrowing AsyncSocket) {
        do throws(SocketError) {
            try sockets.withSocket { (socket) throws(SocketError) in try socket.prepareReset() }
            try other.withSocket { (socket) throws(SocketError) in try socket.prepareReset() }
        } catch {}
    }

    private func connect() async throws(SocketError) -> AsyncStreamSocket<Target> {
        var failure = SocketError(.connect, .nameNotFound)
        for address in targets {
            do throws(SocketError) {
                return try await AsyncStreamSocket.connect(to: address, within: .after(settings.connecting))
            } catch {
                if error.code == .cancelled { throw error }
                failure = error
            }
        }
        throw failure
    }
}
