// Names to addresses and back, as the system does it: hosts file, name servers, and what else it is set up for.
//
//     swift run resolve localhost http
import ExampleSupport
import Sockets

example {
    let host = argument(0, or: "localhost")
    let service = argument(1, or: "http")

    // The answer has an order: the first address is the one to try first. Here a port can also have a name.
    for address in try Resolver.addresses(of: host, service: service) {
        print("\(host) \(service): \(address)")
    }

    // Only one version of IP.
    var query = Resolver.Query()
    query.version = .v4
    print("IPv4 only: \(try Resolver.addresses(of: host, port: 80, query).map(\.description))")

    // An address needs no look-up, and gets none.
    print("a literal: \(try Resolver.addresses(of: "127.0.0.1", port: 80))")

    // The other way round. Numbers stand where there is no name.
    print("back: \(try Resolver.name(of: .loopback(port: 80)))")

    // The resolver of C reads "0127.0.0.1" as 87.0.0.1. This one refuses what looks like an address and is none.
    do throws(SocketError) {
        _ = try Resolver.addresses(of: "0127.0.0.1", port: 80)
    } catch {
        print("refused: \(error)")
    }

    // Connecting by name tries the addresses one after the other. Nobody is at port 1 here, hopefully.
    do throws(SocketError) {
        _ = try TCPStream.connect(to: "localhost", port: 1)
    } catch {
        print("connecting by name: \(error)")
    }
}
