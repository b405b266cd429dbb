internal import Sockets

extension HappyEyeballs {
    /// Addresses that were not tried yet, each version in the resolver's order. RFC 8305, section 4
    struct Candidates {
        private var v6: ArraySlice<IPSocketAddress> = []
        private var v4: ArraySlice<IPSocketAddress> = []
        private var known: Set<IPSocketAddress> = []

        var isEmpty: Bool { v6.isEmpty && v4.isEmpty }

        func has(_ version: IPVersion) -> Bool { version == .v6 ? !v6.isEmpty : !v4.isEmpty }

        /// Adds those that are new, as far as the version has not had its share.
        mutating func add(_ addresses: [IPSocketAddress]) {
            for address in addresses where !known.contains(address) {
                guard known.count(where: { $0.version == address.version }) < HappyEyeballs.mostOfVersion else {
                    continue
                }
                known.insert(address)
                if address.version == .v6 { v6.append(address) } else { v4.append(address) }
            }
        }

        /// Takes the next one of a version, or of the other if there is none.
        mutating func take(_ version: IPVersion) -> IPSocketAddress? {
            if version == .v6 { return v6.popFirst() ?? v4.popFirst() }
            return v4.popFirst() ?? v6.popFirst()
        }
    }
}

extension IPVersion {
    var other: IPVersion { self == .v4 ? .v6 : .v4 }
}

extension HappyEyeballs {
    /// Why nothing more can be done: what says most about the host, or else about its name.
    var verdict: SocketError {
        // That a name has no address of one version says less than that a server did not answer for the other.
        let silence = nameErrors.first { $0.code != .nameNotFound }
        let failed = attempts.filter { $0.error != nil }
        if let worst = failed.min(by: { rank($0) < rank($1) }), let error = worst.error {
            // Addresses to which no way leads from here say less than that there may be others.
            if let silence, rank(worst) >= 4 { return silence }
            return named(error, worst.address)
        }
        return silence ?? nameErrors.first ?? SocketError(.getaddrinfo, .nameNotFound, detail: host)
    }

    /// That the time is up: for the attempt that has had most of it, or for the name.
    var timeOut: SocketError {
        guard let attempt = attempts.first(where: { $0.error == nil }) else {
            return SocketError(awaited.isEmpty ? .connect : .getaddrinfo, .timedOut, detail: host)
        }
        return named(SocketError(.connect, .timedOut), attempt.address)
    }

    /// The error with the address and, unless it says more, the name.
    private func named(_ error: SocketError, _ address: IPSocketAddress) -> SocketError {
        let peer = error.peerAddress ?? (try? address.encoded())
        return SocketError(error.operation, error.code, detail: error.detail ?? host)
            .with(local: error.localAddress, peer: peer)
    }

    /// How little an attempt's error says about the host. This machine's want of something comes first, because it
    /// stands in the way of all attempts; that a version of IP leads nowhere from here comes last.
    private func rank(_ attempt: Attempt) -> Int {
        switch attempt.error?.code {
        case .closed, .tooManyDescriptors, .tooManyFiles, .outOfMemory, .noBufferSpace: 0
        case .timedOut: 2
        case .hostUnreachable: 3
        // A route that is a black hole answers EINVAL, as does one to another machine from the loopback address.
        case .networkUnreachable, .networkDown, .noSuchDevice, .invalidArgument: 4
        case .addressNotAvailable: 5
        case .familyNotSupported, .invalidInput: 6
        default: 1
        }
    }
}
