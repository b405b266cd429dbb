internal import CSocketShim
internal import Sockets

/// What a thread runs. A class, because C hands one pointer to a thread, and generic code cannot be in a C function.
class ThreadBody {
    func run() {}
}

enum Thread {
    /// Starts a thread that nobody waits for. The body lives until it has run. C: pthread_create(3)
    static func start(_ body: ThreadBody, _ stackSize: Int) throws(SocketError) {
        // The thread takes the reference over; when there is no thread, it is taken back here.
        let context = unsafe Unmanaged.passRetained(body)
        let result = unsafe csock_thread_start(enter, context.toOpaque(), stackSize)
        guard result < 0 else { return }
        unsafe context.release()
        throw failure(.threadCreate, Int64(result))
    }

    private static let enter: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        // The one reference that `start` gave away.
        if let context = unsafe context { unsafe Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run() }
        return nil
    }
}
