// The network interfaces of this machine, with their addresses.
//
//     swift run interfaces
import ExampleSupport
import Sockets

example {
    for interface in try Interface.all() {
        let isUp = interface.flags.contains(.up)
        print("\(interface.index) \(interface.name): \(isUp ? "up" : "down")")
        // An address stands with the prefix of its network: the bits that all neighbours share.
        for network in interface.addresses { print("    \(network)") }
    }

    // Loopback leads back into this machine. Every test and example here uses it: no network is needed.
    let loopback = try Interface.all().first { $0.flags.contains(.loopback) }
    print("loopback is \(loopback?.name ?? "missing")")

    // IPv6 link-local addresses are the same on every network, so they name their interface: fe80::1%eth0.
    if let loopback {
        let address = IPv6Address("fe80::1%\(loopback.name)")
        print("a scope: \(address?.description ?? "none") has number \(address?.scopeID ?? 0)")
    }
}
