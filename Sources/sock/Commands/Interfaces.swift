import Sockets

/// `sock interfaces`: the network interfaces of this machine.
struct Interfaces: Command {
    static let name = "interfaces"
    static let summary = "list the network interfaces of this machine with their addresses"
    static let discussion = ""

    static var arguments: [Argument<Interfaces>] {
        [.flag("--json", sets: \.isJSON, help: "print a list of JSON objects")]
    }

    private var isJSON = false

    func run() throws(SocketError) -> ExitStatus {
        let interfaces = try Interface.all()
        guard !isJSON else {
            try printJSON(interfaces.map(json))
            return .success
        }
        var table = TextTable(["INDEX", "NAME", "STATE", "ADDRESSES"])
        for each in interfaces {
            let addresses = each.addresses.map(\.description).joined(separator: " ")
            table.add(["\(each.index)", each.name, Self.words(each.flags).joined(separator: ","), addresses])
        }
        try StandardStream.output.write(table.text(Style()))
        return .success
    }

    private static func words(_ flags: Interface.Flags) -> [String] {
        let names: [(Interface.Flags, String)] = [
            (.up, "up"), (.running, "running"), (.loopback, "loopback"), (.broadcast, "broadcast"),
            (.multicast, "multicast"), (.pointToPoint, "point-to-point"),
        ]
        return names.filter { flags.contains($0.0) }.map(\.1)
    }

    private func json(_ interface: Interface) -> JSON {
        .object([
            ("index", .number(Int(interface.index))), ("name", .text(interface.name)),
            ("flags", .list(Self.words(interface.flags).map(JSON.text))),
            ("addresses", .list(interface.addresses.map { .text("\($0)") })),
        ])
    }
}
