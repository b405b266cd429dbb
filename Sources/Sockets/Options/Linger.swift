internal import CSocketShim

/// What close does with data that is not sent yet. C: SO_LINGER in socket(7)
public enum Linger: Hashable, Sendable {
    /// Close returns at once, and the kernel sends the rest in the background.
    case inBackground
    /// Close throws the rest away and resets the connection.
    case reset
    /// Close waits until the rest is acknowledged, at most this long, also on a non-blocking socket.
    case waiting(Duration)
}

extension OptionCoding<Linger> {
    // C: struct linger, two ints on every system
    static let linger = OptionCoding(capacity: 8) { (value) throws(SocketError) in
        var bytes = OptionBytes(value == .inBackground ? 0 : 1)
        bytes.append(try value.seconds)
        return bytes
    } decode: { bytes in
        guard let on = bytes.load(as: Int32.self), let seconds = bytes.load(at: 4, as: Int32.self) else { return nil }
        guard on != 0 else { return .inBackground }
        return seconds == 0 ? .reset : .waiting(.seconds(seconds))
    }
}

extension Linger {
    fileprivate var seconds: Int32 {
        get throws(SocketError) {
            guard case .waiting(let time) = self else { return 0 }
            let (seconds, fraction) = time.components
            guard time > .zero, time <= .seconds(32_767) else {
                throw .invalid(
                    .setsockopt, "\(time) is no time to linger: it takes more than 0 and at most 32767 seconds")
            }
            return Int32(seconds) + (fraction > 0 ? 1 : 0)
        }
    }
}

extension Socket {
    /// Waits until the peer has acknowledged all data, at most this long, then closes.
    ///
    /// There is no option that makes every close wait: the end of a scope never blocks.
    /// A part of a second counts as one. Throws: `invalidInput` for no time or more than 32767 seconds, and closes.
    /// C: SO_LINGER in socket(7)
    public consuming func close(lingering time: Duration) throws(SocketError) {
        try setOption(SocketRequest.lingering, to: .waiting(time))
        try close()
    }

    /// Throws away what is not sent and resets the connection: the peer gets `connectionReset`.
    /// C: SO_LINGER of 0 in socket(7)
    public consuming func reset() throws(SocketError) {
        try prepareReset()
        try close()
    }

    /// Lets the close reset the connection.
    package func prepareReset() throws(SocketError) { try setOption(SocketRequest.lingering, to: .reset) }
}

extension SocketRequest<Linger> {
    static let lingering = SocketRequest(csock_SOL_SOCKET, csock_SO_LINGER, .linger)
}
