extension SocketError: CustomStringConvertible {
    /// Operation, addresses, meaning and C name: `connect to 127.0.0.1:1: connection refused (ECONNREFUSED)`.
    public var description: String { "\(subject): \(reason)" }

    private var subject: String {
        var text = operation.rawValue
        if let local = localAddress { text += operation == .bind ? " \(local)" : " from \(local)" }
        if let peer = peerAddress, peer.unix?.isUnnamed != true { text += "\(isReceiving ? " from" : " to") \(peer)" }
        return text
    }

    private var isReceiving: Bool { [.recv, .recvfrom, .recvmsg].contains(operation) }

    private var reason: String {
        let moved = transferred > 0 ? ", after \(transferred) bytes" : ""
        guard code != .invalidInput else { return (detail ?? code.description) + moved }
        let named = code.isSystem ? "\(code) (\(code.name))" : code.description
        return (detail.map { "\(named): \($0)" } ?? named) + moved
    }

    /// What a user can do about it, or nil when there is nothing general to say.
    public var advice: String? {
        switch code {
        case .addressInUse: "choose another port, or port 0 for any free one; for a Unix path, remove a stale file"
        case .addressNotAvailable: "use an address of this machine; a full range of local ports looks the same"
        case .connectionRefused: "check the address and port, and that the server runs"
        case .timedOut, .hostUnreachable, .networkUnreachable: "check the network, the route and the firewall"
        case .tooManyDescriptors: "close sockets, or raise the limit: ulimit -n"
        case .notPermitted where operation == .socket: "raw sockets need root or the capability CAP_NET_RAW"
        case .accessDenied where operation == .bind && localAddress?.unix != nil: "check who may write in the folder"
        case .accessDenied where operation == .bind: "ports below 1024 need root or CAP_NET_BIND_SERVICE"
        case .accessDenied where peerAddress?.unix != nil: "check who may write to the socket's file"
        case .accessDenied where operation == .sendto || operation == .connect:
            "a broadcast address needs the option broadcast; a route or a firewall can forbid others"
        case .notPermitted, .accessDenied: "run it with the privilege that the call needs"
        case .nameNotFound: "check the spelling of the host name"
        case .nameTryAgain: "check the network and the name servers, then try again"
        case .messageTooLarge: "send it in smaller datagrams"
        case .familyNotSupported, .protocolNotSupported, .typeNotSupported: "this system lacks it: try another one"
        default: nil
        }
    }
}

extension SocketError.Code {
    /// Whether the number is one of the system's errno.
    public var isSystem: Bool { rawValue > 0 && rawValue < 100_000 }
}
