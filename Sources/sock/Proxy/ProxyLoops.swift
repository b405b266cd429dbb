import AsyncSockets
internal import CSocketShim
internal import SocketServers
import Sockets

/// Finds out that a proxy is its own client, which would make connections until there are no more descriptors.
final class ProxyLoops: Sendable {
    /// One connection between two addresses, as the one that connects sees it. A port alone can be in use for several.
    struct Way: Hashable {
        let from: SocketAddress
        let to: SocketAddress
    }

    /// The connections of clients, and those that the proxy itself makes. One in both is a loop.
    private struct Ends {
        var clients: Set<Way> = []
        var own: Set<Way> = []
    }

    private let ends = Guarded(Ends())

    /// Throws when a target is where the proxy listens.
    static func refuse<Listen: SocketAddressProtocol, Target: SocketAddressProtocol>(
        _ listen: Listen, _ targets: [Target]
    ) throws(SocketError) {
        for target in targets where try leads(target, to: listen) { throw loop(target) }
    }

    private static func leads<Listen, Target>(_ target: Target, to listen: Listen) throws(SocketError) -> Bool {
        if let (target, listen) = (target, listen) as? (UnixAddress, UnixAddress) { return target == listen }
        guard let (target, listen) = (target, listen) as? (IPSocketAddress, IPSocketAddress) else { return false }
        if target == listen { return true }
        guard target.port == listen.port, listen.address.isUnspecified else { return false }
        if target.address.isUnspecified || target.address.isLoopback { return true }
        return try isOwn(target.address)
    }

    private static func isOwn(_ address: IPAddress) throws(SocketError) -> Bool {
        try Interface.all().contains { $0.addresses.contains { $0.address == address } }
    }

    private static func loop(_ address: some SocketAddressProtocol) -> SocketError {
        SocketError(.connect, .invalidInput, detail: "\(address) leads back to this proxy")
    }
}

extension ProxyLoops {
    /// A client has come. Throws when it is this proxy; otherwise `leave` takes back what this returns.
    func enter<Address>(_ client: borrowing AsyncStreamSocket<Address>) throws(SocketError) -> Way? {
        guard Address.self == IPSocketAddress.self else {
            try refuseOwn(client)
            return nil
        }
        // The client may be gone: then only the role still has its address.
        let way = Way(from: try client.peerAddress.encoded(), to: try client.localAddress.encoded())
        guard enter(way, \.clients, unlessIn: \.own) else { throw Self.loop(client.peerAddress) }
        return way
    }

    /// Enters a connection on one side, and says whether it is on that side only.
    private func enter(
        _ way: Way, _ side: WritableKeyPath<Ends, Set<Way>>, unlessIn other: KeyPath<Ends, Set<Way>>
    ) -> Bool {
        ends.withLock { ends in
            if ends[keyPath: other].contains(way) { return false }
            ends[keyPath: side].insert(way)
            return true
        }
    }

    /// Over a Unix socket, the kernel knows who the client is.
    private func refuseOwn<Address>(_ client: borrowing AsyncStreamSocket<Address>) throws(SocketError) {
        let user = try client.socket.withSocket { (socket) throws(SocketError) in try socket.peerCredentials }
        if user?.process == csock_getpid() { throw Self.loop(try client.localAddress) }
    }

    /// The client is gone.
    func leave(_ way: Way?) {
        if let way { ends.withLock { _ = $0.clients.remove(way) } }
    }

    /// The target is connected. Throws when the other end has come as a client meanwhile; otherwise as `enter`.
    func reach<Address>(_ target: borrowing AsyncStreamSocket<Address>) throws(SocketError) -> Way? {
        guard Address.self == IPSocketAddress.self else { return nil }
        // Where it went may differ from where it was sent: 0.0.0.0 leads to 127.0.0.1.
        let way = try target.socket.withSocket { (socket) throws(SocketError) in
            Way(from: try socket.localAddress, to: try socket.peerAddress)
        }
        guard enter(way, \.own, unlessIn: \.clients) else { throw Self.loop(target.peerAddress) }
        return way
    }

    /// The target is gone.
    func forget(_ way: Way?) {
        if let way { ends.withLock { _ = $0.own.remove(way) } }
    }
}
