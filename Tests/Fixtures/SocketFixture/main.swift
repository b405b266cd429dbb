import SignalStorm
import Sockets

// What a test cannot do in its own process: one thread, its own signals, limits, networks and privileges.

signals_reset()
let arguments = Array(CommandLine.arguments.dropFirst())
guard let name = arguments.first, let scenario = scenarios[name] else {
    print("scenarios: \(scenarios.keys.sorted().joined(separator: " "))")
    leave(2)
}
do throws(SocketError) {
    try scenario(Array(arguments.dropFirst()))
} catch {
    print("\(error.operation.rawValue) \(error.code.name)")
    leave(1)
}
