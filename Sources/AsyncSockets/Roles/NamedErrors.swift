public import Sockets

/// The error with the peer it happened with. What this side did is no news of a peer: those errors stay cheap.
///
/// The peer is a copy from before the operation: an actor can close its socket while a call of its own is suspended, and
/// what that one borrows is gone then.
@usableFromInline
@inline(never)
func named(_ error: SocketError, _ peer: some SocketAddressProtocol) -> SocketError {
    guard error.code != .closed, error.code != .cancelled, let peer = try? peer.encoded() else { return error }
    return error.with(peer: peer)
}
