extension StreamSocket<IPSocketAddress> {
    /// Connects to a host by name: tries its addresses one after the other, in the resolver's order.
    ///
    /// Throws: what the resolver throws, or the error of the last address tried. C: getaddrinfo(3), connect(2)
    public static func connect(to host: String, port: Port) throws(SocketError) -> Self {
        var last: SocketError?
        for address in try Resolver.addresses(of: host, port: port) {
            do throws(SocketError) { return try connect(to: address) } catch { last = error }
        }
        throw last ?? SocketError(.getaddrinfo, .nameNotFound, detail: host)
    }

    /// Connects to a host by name within a time in all, which covers connecting but not the resolver.
    public static func connect(to host: String, port: Port, within time: Duration) throws(SocketError) -> Self {
        let deadline = Deadline.after(time)
        var last: SocketError?
        for address in try Resolver.addresses(of: host, port: port) {
            let left = Duration.nanoseconds(max(0, deadline.remaining))
            guard last == nil || left > .zero else { break }
            do throws(SocketError) { return try connect(to: address, within: max(left, .nanoseconds(1))) } catch {
                last = error
            }
        }
        throw last ?? SocketError(.getaddrinfo, .nameNotFound, detail: host)
    }
}
