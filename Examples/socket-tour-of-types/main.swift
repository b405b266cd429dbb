// What a socket is: one end of a conversation, made by the kernel, known to the program by a number (the descriptor).
// Three things are chosen when it is made: the family, the type and the protocol.
//
//     swift run socket-tour-of-types
import ExampleSupport
import Sockets

func show(_ family: AddressFamily, _ type: SocketType, _ proto: SocketProtocol = .standard) {
    do throws(SocketError) {
        let socket = try Socket(family, type, proto)
        // The number is the process's name for the socket. It is lent: whoever has it must not close it.
        let number = socket.withDescriptor { $0 }
        let actual = try socket.option(.protocol)
        print("\(family) \(type), protocol \(actual): descriptor \(number)")
    } catch {
        // A system need not have all combinations, and raw sockets take a privilege.
        print("\(family) \(type): \(error)\n    \(error.advice ?? "")")
    }
}  // The socket closes here: it belongs to the scope that made it.

example {
    // The family says how addresses look. C has two names for it: AF_INET, for addresses, and PF_INET, for protocols.
    // They are one number, so there is one `AddressFamily` here.
    print("IPv4 is family \(AddressFamily.ipv4.rawValue), AF_INET and PF_INET in C")

    // The type says how bytes travel. A stream is a connection: bytes arrive in order, or not at all.
    show(.ipv4, .stream)
    show(.ipv6, .stream)
    show(.unix, .stream)

    // Datagrams are single messages. Over IP they can get lost, overtake each other, or arrive twice.
    show(.ipv4, .datagram)
    show(.ipv6, .datagram)
    show(.unix, .datagram)

    // Messages over a connection, with boundaries.
    show(.unix, .sequencedPacket)

    // Raw sockets see packets below TCP and UDP. This is how ping works; see the example icmp-echo.
    show(.ipv4, .raw, .icmp)

    // From birth, a socket is closed by exec: a program that this one starts does not get it.
    let socket = try Socket(.ipv4, .stream)
    let (inherited, mode) = (try socket.isInherited, try socket.mode)
    print("inherited by exec: \(inherited), mode: \(mode)")

    // Both can be otherwise. A non-blocking socket answers `wouldBlock` where others wait.
    let eager = try Socket(.ipv4, .stream, .standard, .nonBlocking)
    let eagerMode = try eager.mode
    print("asked for: \(eagerMode)")
}
