import Foundation

/// The sockets that this process has open, by their inodes, which no other test's sockets share.
public enum DescriptorLedger {
    /// The kernel's names of all open descriptors of this process that are sockets, such as `socket:[4711]`.
    public static func sockets() -> Set<String> {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        let targets = names.compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
        }
        return Set(targets.filter { $0.hasPrefix("socket:") })
    }
}
