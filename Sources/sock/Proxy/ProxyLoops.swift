import AsyncSockets
internal import CSocketShim
internal import SocketServers
import Sockets

/// Finds out that a proxy is its own client, which would make connections until there are no more descriptors.
final class ProxyLoops: Sendable {
    /// The addresses of clients, and those from which the proxy itself connects to targets. One in both is a loop.
    private struct Ends {
        var clients: Set<IPSocketAddress> = []
        var own: Set<IPSocketAddress> = []
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
    /// A client has come. Throws when it is this proxy.
    func enter<Address>(_ client: borrowing AsyncStreamSocket<Address>) throws(SocketError) {
        let peer = client.peerAddress
        if let address = peer as? IPSocketAddress {
            let isLoop = ends.withLock { ends in
                ends.clients.insert(address)
                return ends.own.contains(address)
            }
            guard isLoop else { return }
            leave(client)
            throw Self.loop(peer)
        }
        let user = try client.socket.withSocket { (socket) throws(SocketError) in try socket.peerCredentials }
        if user?.process == csock_getpid() { throw Self.loop(try client.localAddress) }
    }

    func leave<Address>(_ client: borrowing AsyncStreamSocket<Address>) {
        guard let address = client.peerAddress as? IPSocketAddress else { return }
        ends.withLock { _ = $0.clients.remove(address) }
    }

    /// The target is connected. Throws when the other end has come as a client meanwhile.
    func reach<Address>(_ target: borrowing AsyncStreamSocket<Address>) throws(SocketError) {
        guard let address = try target.localAddress as? IPSocketAddress else { return }
        let isLoop = ends.withLock { ends in
            ends.own.insert(address)
            return ends.clients.contains(address)
        }
        if isLoop { throw Self.loop(target.peerAddress) }
    }

    func forget<Address>(_ target: borrowing AsyncStreamSocket<Address>) {
        guard let local = try? target.localAddress, let address = local as? IPSocketAddress else { return }
        ends.withLock { _ = $0.own.remove(address) }
    }
}
