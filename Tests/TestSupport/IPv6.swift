import Sockets
public import Testing

extension Trait where Self == ConditionTrait {
    /// Skips where there is no IPv6: a kernel can be built without it, or be told to do without.
    public static var needsIPv6: Self { .enabled(if: hasIPv6, "no IPv6 here") }
}

/// Whether a socket can be bound to `::1`.
private let hasIPv6 =
    socketError { () throws(SocketError) in _ = try UDPSocket(boundTo: .loopback(.v6, port: 0)) } == nil
