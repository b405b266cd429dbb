internal import CSocketShim

/// What a single send does differently. C: send(2)
public struct SendFlags: OptionSet, Sendable {
    /// The bits as this system counts.
    public let rawValue: Int32

    /// Any bits, also ones without a name here.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// Sends the last byte as urgent data. C: MSG_OOB
    public static let outOfBand = SendFlags(rawValue: csock_MSG_OOB)
    /// Does not wait for room, on a blocking socket too. C: MSG_DONTWAIT
    public static let dontWait = SendFlags(rawValue: csock_MSG_DONTWAIT)
    /// Reaches only hosts on directly connected networks. C: MSG_DONTROUTE
    public static let dontRoute = SendFlags(rawValue: csock_MSG_DONTROUTE)
    /// Ends a record, on sequenced packet sockets. C: MSG_EOR
    public static let endOfRecord = SendFlags(rawValue: csock_MSG_EOR)

    /// A broken connection is an error, never a signal.
    @inline(__always)
    var raw: Int32 { rawValue | csock_MSG_NOSIGNAL }
}

/// What a single receive does differently. C: recv(2)
public struct ReceiveFlags: OptionSet, Sendable {
    /// The bits as this system counts.
    public let rawValue: Int32

    /// Any bits, also ones without a name here.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// Leaves the data in the queue, so that the next receive gets it again. C: MSG_PEEK
    public static let peek = ReceiveFlags(rawValue: csock_MSG_PEEK)
    /// Waits until the buffer is full; less comes at the end of a stream, after a signal or an error. C: MSG_WAITALL
    public static let waitAll = ReceiveFlags(rawValue: csock_MSG_WAITALL)
    /// Receives the urgent byte. C: MSG_OOB
    public static let outOfBand = ReceiveFlags(rawValue: csock_MSG_OOB)
    /// Does not wait for data, on a blocking socket too. C: MSG_DONTWAIT
    public static let dontWait = ReceiveFlags(rawValue: csock_MSG_DONTWAIT)
}

/// What a receive says of the message it got. C: msg_flags in recvmsg(2)
public struct MessageFlags: OptionSet, Sendable, Hashable {
    /// The bits as this system counts.
    public let rawValue: Int32

    /// Any bits, also ones without a name here.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// The datagram was longer than the buffers; the rest is lost. C: MSG_TRUNC
    public static let truncated = MessageFlags(rawValue: csock_MSG_TRUNC)
    /// Control data was longer than its buffer; the rest is lost, passed descriptors too. C: MSG_CTRUNC
    public static let controlTruncated = MessageFlags(rawValue: csock_MSG_CTRUNC)
    /// The data is urgent. C: MSG_OOB
    public static let outOfBand = MessageFlags(rawValue: csock_MSG_OOB)
    /// The data ends a record. C: MSG_EOR
    public static let endOfRecord = MessageFlags(rawValue: csock_MSG_EOR)
}
