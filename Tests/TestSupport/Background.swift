import Foundation

/// Work in a thread of its own, for the other side of a call that waits.
///
/// Tests run on few threads, which a waiting call would take away from all of them.
public final class Background: Sendable {
    private let done = DispatchSemaphore(value: 0)

    /// Starts the work.
    public init(_ body: @escaping @Sendable () -> Void) {
        let done = done
        Thread.detachNewThread {
            body()
            done.signal()
        }
    }

    /// Waits until the work has ended.
    public func join() {
        done.wait()
        done.signal()
    }
}
