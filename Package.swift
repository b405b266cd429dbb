// swift-tools-version: 6.3
import PackageDescription

/// What every Swift target of this package is held to.
let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
]

let package = Package(
    name: "Sockets",
    platforms: [.macOS(.v26)],
    products: [
        .library(name: "AsyncSockets", targets: ["AsyncSockets"]),
        .library(name: "CSocketShim", targets: ["CSocketShim"]),
        .library(name: "Sockets", targets: ["Sockets"]),
        .executable(name: "sock", targets: ["sock"]),
        .library(name: "SocketServers", targets: ["SocketServers"]),
        .library(name: "SocketsTesting", targets: ["SocketsTesting"]),
    ],
    targets: [
        .target(
            name: "AsyncSockets", dependencies: ["CSocketShim", "Sockets"],
            swiftSettings: strict + [.enableExperimentalFeature("BuiltinModule")]),
        .testTarget(
            name: "AsyncSocketsTests",
            dependencies: [
                "AsyncSockets", "Sockets", "SocketsTesting", "TestSupport", "NameFixture", "AsyncFixture", "Storm",
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "AsyncFixture", dependencies: ["AsyncSockets", "CSocketShim", "Sockets"], path: "Tests/Fixtures/AsyncFixture",
            swiftSettings: strict),
        .executableTarget(
            name: "NameFixture", dependencies: ["AsyncSockets", "Sockets"], path: "Tests/Fixtures/NameFixture",
            swiftSettings: strict),
        .executableTarget(
            name: "Storm", dependencies: ["AsyncSockets", "Sockets", "TestSupport"], path: "Tests/Storm",
            swiftSettings: strict),
        .target(name: "CSocketShim", path: "CSocketShim"),
        .target(name: "Sockets", dependencies: ["CSocketShim"], swiftSettings: strict),
        .executableTarget(
            name: "sock", dependencies: ["AsyncSockets", "CSocketShim", "SocketServers", "Sockets"], swiftSettings: strict),
        .target(name: "SocketServers", dependencies: ["CSocketShim", "Sockets"], swiftSettings: strict),
        .target(
            name: "SocketsTesting", dependencies: ["AsyncSockets", "CSocketShim", "Sockets"], swiftSettings: strict),
        .target(name: "TestSupport", dependencies: ["CSocketShim", "Sockets"], path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(
            name: "SocketServersTests", dependencies: ["Sockets", "SocketServers", "TestSupport", "ForkingFixture"],
            swiftSettings: strict),
        .executableTarget(
            name: "ForkingFixture", dependencies: ["CSocketShim", "Sockets", "SocketServers"], path: "Tests/ForkingFixture",
            swiftSettings: strict),
        .target(name: "SignalStorm", path: "Tests/Fixtures/SignalStorm"),
        .executableTarget(
            name: "SocketFixture", dependencies: ["Sockets", "SignalStorm"], path: "Tests/Fixtures/SocketFixture",
            swiftSettings: strict),
        .testTarget(
            name: "SocketsTests", dependencies: ["Sockets", "TestSupport", "SocketFixture"], swiftSettings: strict),
        .testTarget(name: "SockTests", dependencies: ["AsyncSockets", "Sockets", "TestSupport", "sock"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11
)

/// A program in Examples, which is a folder with a main.swift.
func example(_ name: String) -> Target {
    .executableTarget(
        name: name, dependencies: ["AsyncSockets", "ExampleSupport", "Sockets", "SocketServers"], path: "Examples/\(name)",
        swiftSettings: strict)
}

/// What newcomers read first: a line each.
let examples: [Target] = [
    .target(name: "ExampleSupport", dependencies: ["Sockets"], path: "Examples/Support", swiftSettings: strict),
    example("address-text"),
    example("async-echo"),
    example("bind-port-zero"),
    example("byte-order"),
    example("bytes"),
    example("chat-server"),
    example("close-and-shutdown"),
    example("descriptor-passing-async"),
    example("dns-client"),
    example("errors"),
    example("five-tuple"),
    example("http-hello"),
    example("icmp-echo"),
    example("interfaces"),
    example("listen-backlog"),
    example("options"),
    example("partial-transfers"),
    example("proxy"),
    example("redis-client"),
    example("resolve"),
    example("socket-table"),
    example("socket-tour-of-types"),
    example("tcp-client"),
    example("tcp-server-fork"),
    example("tcp-server-iterative"),
    example("tcp-server-select"),
    example("tcp-server-threads"),
    example("udp-client"),
    example("udp-connected"),
    example("udp-server"),
    example("udp-server-fork"),
    example("unix-sockets"),
]

/// What keeps examples and documentation true.
let documentation: [Target] = [
    .testTarget(name: "ExamplesTests", dependencies: ["TestSupport"], swiftSettings: strict),
    .testTarget(name: "DocumentationTests", dependencies: ["TestSupport"], swiftSettings: strict),
]

package.targets += examples + documentation
