import Foundation
public import Sockets

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

/// The kernel's name of what a descriptor stands for, such as `socket:[4711]`.
public func inode(ofDescriptor number: Int32) throws -> String {
    try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)")
}

/// The kernel's name of a socket, which no other socket has.
public func socketInode(_ socket: borrowing Socket) throws -> String {
    try socket.withDescriptor { try inode(ofDescriptor: $0) }
}

/// The kernel's names of all that this process has open, each as often as there are descriptors of it.
public func openDescriptors() -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return names.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)") }
}
