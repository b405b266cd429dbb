import Foundation

/// A folder of its own for a test, which goes with everything in it when the value goes.
public final class TemporaryFolder: Sendable {
    /// Where the folder is.
    public let path: String

    /// Makes the folder. Its path is short enough for Unix sockets.
    public init() throws {
        path = "/tmp/sockets-\(UInt32.random(in: 0 ... .max))-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// A path in the folder.
    public func file(_ name: String) -> String { "\(path)/\(name)" }
}
