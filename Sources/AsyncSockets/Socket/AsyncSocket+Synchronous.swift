internal import CSocketShim
public import Sockets

extension AsyncSocket {
    /// Gives the socket back for calls that wait, in blocking mode; the descriptor stays.
    ///
    /// Operations of other tasks end with `closed`. What the loop had received ahead of the receiver comes along, and has to
    /// be looked at before the socket is. Throws: what fcntl(2) says; the socket is closed then.
    /// Cancelling does not end it. C: fcntl(2)
    public consuming func intoSocket() async throws(SocketError) -> SynchronousSocket {
        try reference.requireKernel(.fcntl)
        let released = await release()
        released.closeConnections()
        return SynchronousSocket(socket: try released.takeSocket(), received: released.leftovers.bytes)
    }

    /// Takes the socket off its loop.
    consuming func release() async -> ReleasedSocket {
        let reference = take()
        let loop = reference.loop
        return await loop.actor.release(reference, of: loop)
    }
}

/// A socket that a loop looks after no more, and the bytes that had been received ahead.
@frozen public struct SynchronousSocket: ~Copyable, Sendable {
    /// The socket, in blocking mode.
    public var socket: Socket
    /// Bytes that came before those that the socket receives.
    public var received: [UInt8]
}

/// What is left of a slot that nobody owns any more.
struct ReleasedSocket: Sendable {
    let descriptor: Int32
    let leftovers: Leftovers

    /// The socket, in blocking mode.
    func takeSocket() throws(SocketError) -> Socket {
        let socket = try Socket(OwnedDescriptor(adopting: descriptor))
        try socket.setMode(.blocking)
        return socket
    }

    /// For those who cannot hand connections out.
    func closeConnections() { for number in leftovers.connections { _ = csock_close(number) } }
}

extension LoopActor {
    /// Ends what goes on, and takes the descriptor out when that is done. The caller owned the slot.
    func release(_ slot: SlotReference, of loop: EventLoop) async -> ReleasedSocket {
        if !loop.isOver {
            slot.slot.state.insert(.wanted)
            _ = unsafe await withUnsafeContinuation { continuation in
                unsafe slot.setCloser(continuation)
                loop.release(slot)
            }
        }
        let released = ReleasedSocket(descriptor: slot.slot.descriptor, leftovers: loop.leftovers(slot))
        slot.slot.descriptor = -1
        if loop.isOver { loop.abandon(slot) } else { loop.vacate(slot) }
        return released
    }
}

extension SlotReference {
    /// Tells who waits for the descriptor that nothing goes on any more.
    func handOver() {
        if let closer = unsafe slot.closer.take() { unsafe closer.resume(returning: 0) }
    }
}
