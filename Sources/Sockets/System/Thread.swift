internal import CSocketShim

/// What a thread runs. An object, because C hands one pointer to a thread, and generic code cannot be in a C function.
package protocol ThreadBody: AnyObject {
    func run()
}

package enum Thread {
    /// Starts a thread that nobody waits for. The body lives until it has run. C: pthread_create(3)
    package static func start(_ body: some ThreadBody, _ stackSize: Int) throws(SocketError) {
        // The thread takes the reference over; when there is no thread, it is taken back here.
        let context = unsafe Unmanaged<AnyObject>.passRetained(body)
        let result = unsafe csock_thread_start(enter, context.toOpaque(), stackSize)
        guard result < 0 else { return }
        unsafe context.release()
        throw failure(.threadCreate, Int64(result))
    }

    private static let enter: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        // The one reference that `start` gave away.
        guard let context = unsafe context else { return nil }
        let body = unsafe Unmanaged<AnyObject>.fromOpaque(context).takeRetainedValue()
        (body as? any ThreadBody)?.run()
        return nil
    }
}
