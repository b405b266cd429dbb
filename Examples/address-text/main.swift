// Addresses as text. The strict parser is the usual one; the lenient one of C has a name that says so.
//
//     swift run address-text
import ExampleSupport
import Sockets

func read(_ text: String) {
    do throws(AddressError) {
        print("\(text) -> \(try IPSocketAddress(parsing: text))")
    } catch {
        print("\(error)")
    }
}

example {
    // inet_pton: four decimal numbers, nothing else. With the reason when it is none.
    for text in ["192.0.2.1", "127.1", "0127.0.0.1", "1.2.3.256"] {
        do throws(AddressError) {
            print("\(text) -> \(try IPv4Address(parsing: text))")
        } catch {
            print("\(error)")
        }
    }

    // inet_aton and inet_addr: one to four numbers, octal and hexadecimal too. The last one fills what is left.
    for text in ["127.1", "0x7f.1", "017700000001", "2130706433"] {
        print("classic \(text) -> \(IPv4Address(classicNotation: text)?.description ?? "no address")")
    }

    // inet_addr answers -1 for an error, which is also the address 255.255.255.255. Here an error is nil, so that the
    // broadcast address is an address.
    print("classic 255.255.255.255 -> \(IPv4Address(classicNotation: "255.255.255.255")?.description ?? "no address")")
    print("classic nonsense -> \(IPv4Address(classicNotation: "nonsense")?.description ?? "no address")")

    // inet_ntoa returns a static buffer, which the next call overwrites. A String is the caller's own.
    let (one, other) = (IPv4Address(192, 0, 2, 1).description, IPv4Address(192, 0, 2, 2).description)
    print("both at once: \(one) \(other)")

    // IPv6 has many spellings and one recommended form (RFC 5952), which is what is printed.
    print("2001:DB8:0:0:0:0:0:1 -> \(try IPv6Address(parsing: "2001:DB8:0:0:0:0:0:1"))")

    // Address and port: IPv6 in brackets, because it has colons of its own.
    read("127.0.0.1:8080")
    read("[::1]:8080")
    read("::1:8080")
    read("127.0.0.1:65536")
}
