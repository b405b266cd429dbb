#if os(Linux)
internal import CSocketShim

extension SendFlags {
    /// More comes soon: TCP may wait with a partial segment, UDP joins the parts into one datagram. C: MSG_MORE
    public static let more = SendFlags(rawValue: csock_MSG_MORE)
    /// The neighbour answered, so that its address need not be asked for again. C: MSG_CONFIRM
    public static let confirm = SendFlags(rawValue: csock_MSG_CONFIRM)
}

extension ReceiveFlags {
    /// Receives from the queue of errors. C: MSG_ERRQUEUE in recv(2)
    public static let errorQueue = ReceiveFlags(rawValue: csock_MSG_ERRQUEUE)
}
#endif
