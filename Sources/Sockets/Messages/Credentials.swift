internal import CSocketShim

/// Process, user and group of the sender of a message, checked by the kernel.
///
/// Received after `.passCredentials` was set (Linux). C: SCM_CREDENTIALS in unix(7)
public struct Credentials: ControlMessage, Hashable {
    /// The process, or 0 when it is in a namespace that cannot be seen from here.
    public let process: Int32
    /// The user, or 65534 when it has no number here.
    public let user: UInt32
    /// The group, or 65534 when it has no number here.
    public let group: UInt32

    /// Credentials to send along; the kernel takes only the sender's own from all but privileged processes.
    public init(process: Int32, user: UInt32, group: UInt32) {
        self.process = process
        self.user = user
        self.group = group
    }

    /// The credentials that a record holds.
    public init?(_ record: borrowing ControlRecord) {
        var credentials = csock_credentials_t()
        var raw = record.raw
        let result = unsafe record.data.withUnsafeBufferPointer { data -> Int32 in
            // Without bytes there is no such record; with bytes, the shim reads no more than there are.
            guard let base = data.baseAddress else { return -1 }
            return unsafe csock_control_get_credentials(base, &raw, &credentials)
        }
        guard result == 0 else { return nil }
        self.init(credentials)
    }

    init(_ raw: csock_credentials_t) { self.init(process: raw.process, user: raw.user, group: raw.group) }

    /// Writes the credentials as a record. Throws: `notSupported` where the system has none.
    public func write(into control: inout OutgoingControl) throws(SocketError) {
        var raw = csock_credentials_t(process: process, user: user, group: group)
        try unsafe control.put { unsafe csock_control_put_credentials($0, $1, $2, &raw) }
    }
}

extension Socket {
    /// Who was at the other end of a Unix connection when it was made, or nil for sockets that cannot tell.
    /// C: SO_PEERCRED in unix(7)
    public var peerCredentials: Credentials? {
        get throws(SocketError) {
            var raw = csock_credentials_t()
            let number = number
            _ = try check(.getsockopt) { unsafe csock_peer_credentials(number, &raw) }
            return raw.process == 0 && raw.user == .max ? nil : Credentials(raw)
        }
    }
}
