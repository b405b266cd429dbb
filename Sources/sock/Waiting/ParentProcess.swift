internal import CSocketShim
import Sockets

/// The process that started this one.
enum ParentProcess {
    /// Gets SIGTERM when the parent ends, however it ends; does nothing where the system cannot do that.
    static func endWithIt() throws(SocketError) {
        let result = csock_signal_with_parent(csock_SIGTERM, csock_getppid())
        guard result != -csock_ENOSYS else { return }
        _ = try checked(.inspect, Int64(result))
    }
}
