internal import CSocketShim
package import Sockets

/// What ends a loop's wait from another thread: a pipe, of which the loop waits on the end that receives.
package struct Waker: ~Copyable, Sendable {
    private let readEnd: OwnedDescriptor
    private let writeEnd: OwnedDescriptor

    /// Throws: `tooManyDescriptors`. C: pipe2(2)
    package init() throws(SocketError) {
        var numbers: [Int32] = [-1, -1]
        // The call writes two numbers, which is the room there is.
        _ = try check(.pipe) { unsafe csock_pipe(&numbers, csock_SOCK_CLOEXEC | csock_SOCK_NONBLOCK) }
        let (first, second) = (numbers[0], numbers[1])
        let read = try OwnedDescriptor(adopting: first), write = try OwnedDescriptor(adopting: second)
        readEnd = read
        writeEnd = write
    }

    /// The descriptor to wait on.
    var receiver: Int32 { readEnd.number }

    /// Wakes the loop. A full pipe says the same as one byte more.
    package func wake() {
        var byte: UInt8 = 1
        // The byte lives on the stack for the length of the call.
        _ = unsafe csock_write(writeEnd.number, &byte, 1)
    }

    /// Forgets all wake-ups so far; whether there were any.
    @discardableResult
    package func clear() -> Bool {
        var wasWoken = false
        var bytes = InlineArray<64, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        // The kernel writes into the bytes during the call.
        unsafe span.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            while case let count = unsafe csock_read(readEnd.number, base, bytes.count), count > 0 {
                wasWoken = true
                if count < Int64(bytes.count) { return }
            }
        }
        return wasWoken
    }

    /// Waits a millisecond at most, and this long, for a wake-up: after a wait of the loop that failed.
    func pause(_ timeout: Int64) {
        var entry = csock_pollfd_t(descriptor: receiver, events: Int16(csock_POLLIN), ready: 0)
        // The entry lives on the stack for the length of the call.
        _ = unsafe csock_poll(&entry, 1, timeout < 0 ? 1_000_000 : min(timeout, 1_000_000))
    }

    /// Waits for one wake-up, in a thread that does nothing else.
    package func waitForever() {
        while !clear() {
            // A wait that fails is no wake-up. A select of nothing lasts a moment, by another call.
            if (try? waitForDescriptor(receiver, .readable, .never)) == nil {
                _ = csock_select(0, nil, nil, nil, 0, 1_000_000)
            }
        }
    }
}
