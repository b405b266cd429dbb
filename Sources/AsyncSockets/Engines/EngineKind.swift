/// Which interface of the kernel a loop works with.
///
/// The environment variable `SOCKETS_ENGINE` names the one that loops use unless they are told which.
public struct EngineKind: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The name, as the environment variable spells it.
    public let rawValue: String

    /// An engine by its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// On any system. Its cost grows with the number of sockets. C: poll(2)
    public static let poll = EngineKind(rawValue: "poll")
    /// On Linux. C: epoll(7)
    public static let epoll = EngineKind(rawValue: "epoll")
    /// On Linux 5.19 and later, where io_uring is allowed; from 6.0 on, streams take fewer operations. C: io_uring(7)
    public static let ring = EngineKind(rawValue: "ring")
    /// On macOS and the BSDs. C: kqueue(2)
    public static let kqueue = EngineKind(rawValue: "kqueue")

    /// The name.
    public var description: String { rawValue }
}
