extension AddressError: CustomStringConvertible {
    /// What was rejected, why, and what is accepted.
    public var description: String {
        "\"\(input)\" is no \(expected.name): \(complaint) (expected: \(expected.form))"
    }

    private var complaint: String {
        switch reason {
        case .empty: "the text is empty"
        case .wrongCharacter: "\"\(part)\" is not allowed here"
        case .emptyPart: "nothing stands beside a separator"
        case .leadingZero: "\"\(part)\" has a leading zero"
        case .octetOutOfRange: "\"\(part)\" is above 255"
        case .groupTooLong: "\"\(part)\" has more than four digits"
        case .tooFewParts: "it has too few parts"
        case .tooManyParts: "it has too many parts"
        case .ambiguousGap: "\"::\" occurs twice"
        default: complaintAboutSurroundings
        }
    }

    /// The complaints about what stands around an address: zone, port, brackets, prefix, label.
    private var complaintAboutSurroundings: String {
        switch reason {
        case .unknownZone: "no network interface is called \"\(part)\""
        case .zoneOutOfRange: "the zone \"\(part)\" is above \(UInt32.max)"
        case .zoneNotAllowed: "a zone (\"\(part)\") is not allowed"
        case .missingAddress: "the address is missing"
        case .missingPort: "the port is missing"
        case .portOutOfRange: "the port \"\(part)\" is above 65535 or longer than five digits"
        case .missingBrackets: "an IPv6 address before a port has to stand in brackets"
        case .strayBracket: "\"\(part)\" is a bracket in the wrong place or without its partner"
        case .missingPrefix: "the prefix length is missing"
        case .prefixOutOfRange: "the prefix length \"\(part)\" is outside of the address"
        case .notContiguous: "the one bits of \"\(part)\" are not contiguous"
        case .mixedVersions: "the netmask \"\(part)\" is of the other IP version"
        case .flowLabelOutOfRange: "the flow label \"\(part)\" is above 1048575"
        default: "it is malformed"
        }
    }
}

extension AddressError {
    /// What the reader hoped to find: its name, and its form for the message.
    enum Expected: Hashable, Sendable {
        case port, ipv4, ipv6, ip, network, socketAddress, hostPort, hardware

        var name: String {
            switch self {
            case .port: "port"
            case .ipv4: "IPv4 address"
            case .ipv6: "IPv6 address"
            case .ip: "IP address"
            case .network: "IP network"
            case .socketAddress: "IP socket address"
            case .hostPort: "host and port"
            case .hardware: "hardware address"
            }
        }

        var form: String {
            switch self {
            case .port: "a number from 0 to 65535"
            case .ipv4: "four numbers from 0 to 255 like 192.0.2.1"
            case .ipv6: "eight hexadecimal groups like 2001:db8::1, and %zone if needed"
            case .ip: "an address like 192.0.2.1 or 2001:db8::1"
            case .network: "an address and a prefix length like 192.0.2.0/24 or 2001:db8::/32"
            case .socketAddress: "an address and a port like 192.0.2.1:80 or [2001:db8::1]:80"
            case .hostPort: "a host and a port like example.org:80, example.org:http or [::1]:80"
            case .hardware: "6, 8 or 20 bytes like 00:00:5e:00:53:01"
            }
        }
    }
}
