internal import CSocketShim

/// Something that goes beside the bytes of a message and has a type here: one type a kind of control message.
///
/// C: struct cmsghdr in cmsg(3)
public protocol ControlMessage: Sendable {
    /// The message that a record holds, or nil when it holds another kind, or less than the kind has.
    init?(_ record: borrowing ControlRecord)

    /// Writes the message as a record. Throws: `noBufferSpace` when the buffer has no room for it.
    func write(into control: inout OutgoingControl) throws(SocketError)
}

/// One record of received control data, as it came: nothing in it can be trusted but its bounds.
///
/// C: struct cmsghdr in cmsg(3)
public struct ControlRecord: ~Escapable {
    /// The protocol that the record belongs to, such as IPPROTO_IP.
    public let level: Int32
    /// The kind of record within the level.
    public let type: Int32
    /// Whether the record says that it has more bytes than were received.
    public let isPartial: Bool
    /// The bytes that were received.
    public let data: Span<UInt8>

    @_lifetime(copy data)
    init(_ record: csock_control_record_t, data: Span<UInt8>) {
        level = record.level
        type = record.type
        isPartial = record.partial != 0
        self.data = data
    }

    /// Whether the record is of this kind.
    public func isOf(level: Int32, type: Int32) -> Bool { self.level == level && self.type == type }

    /// A C int in this machine's order, or one byte, which some systems send instead; nil when there is neither.
    public var int: Int32? {
        if data.count == 1 { return Int32(data[0]) }
        guard data.count >= 4 else { return nil }
        // Four bytes are there, which any Int32 is made of.
        return unsafe data.withUnsafeBytes { unsafe $0.loadUnaligned(as: Int32.self) }
    }

    /// The record as the shim's functions read it: its data at offset 0.
    var raw: csock_control_record_t {
        csock_control_record_t(level: level, type: type, offset: 0, count: data.count, partial: isPartial ? 1 : 0)
    }
}
