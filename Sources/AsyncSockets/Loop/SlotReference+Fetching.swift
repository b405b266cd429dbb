internal import CSocketShim

// With a thousand connections, what a task needs has left the processor's caches by the time of its next message. Events come
// in batches, so what the next ones need is fetched while the kernel works for this one.

extension SlotReference {
    /// Bytes that a task of a connection touches from its begin on: itself, and the frames that it allocates behind.
    static let taskSize = 2176
    /// Bytes of an array before its elements, and those of a small message.
    private static let headerSize = 32, messageSize = 96

    /// Has the processor fetch the slot.
    @inline(__always)
    func fetch() { unsafe csock_prefetch(address, 2 * 64) }

    /// Has it fetch the task that waits here, and the place of the bytes.
    @inline(__always)
    func fetchWaiter(_ direction: Direction) {
        guard let waiter = unsafe self[direction].waiter else { return }
        // A continuation's bits are the address of its task. If they were not, nothing worse than a vain fetch would come of it.
        unsafe csock_prefetch(unsafeBitCast(waiter, to: UnsafeRawPointer.self), Self.taskSize)
        guard let memory = unsafe slot.latestMemory else { return }
        unsafe csock_prefetch(memory - Self.headerSize, Self.messageSize)
    }
}
