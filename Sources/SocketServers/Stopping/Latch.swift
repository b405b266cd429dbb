internal import CSocketShim
internal import Sockets

/// A pipe that becomes readable when it is set, and stays so, for everybody who waits on it.
struct Latch: ~Copyable, Sendable {
    private let readEnd: OwnedDescriptor
    private let writeEnd: Guarded<OwnedDescriptor?>

    init() throws(SocketError) {
        let pipe = try Pipe()
        readEnd = pipe.readEnd
        writeEnd = Guarded(pipe.writeEnd)
    }

    var descriptor: Int32 { readEnd.number }

    /// Makes it readable; once is enough.
    func set() {
        writeEnd.withLock { end in
            if let number = end?.number { wake(number) }
        }
    }

    /// Closes what a forked child has of it. Its owner never ends there, because the child leaves by `_exit`.
    func abandonInChild() {
        writeEnd.withLock { $0 = nil }
        _ = csock_close(readEnd.number)
    }
}

/// Writes one byte; a full pipe says the same. C: write(2)
func wake(_ writeEnd: Int32) {
    var byte: UInt8 = 1
    // The byte lives on the stack for the length of the call.
    _ = unsafe csock_write(writeEnd, &byte, 1)
}

struct Pipe: ~Copyable, Sendable {
    let readEnd: OwnedDescriptor
    let writeEnd: OwnedDescriptor

    /// A pipe whose ends never wait and are closed by exec. C: pipe2(2)
    init() throws(SocketError) {
        var numbers: [Int32] = [-1, -1]
        // The call writes two numbers, which is the room there is.
        _ = try check(.pipe) { unsafe csock_pipe(&numbers, csock_SOCK_CLOEXEC | csock_SOCK_NONBLOCK) }
        let (first, second) = (numbers[0], numbers[1])
        let read = try OwnedDescriptor(adopting: first), write = try OwnedDescriptor(adopting: second)
        readEnd = read
        writeEnd = write
    }
}
