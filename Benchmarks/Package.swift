// swift-tools-version: 6.3
import PackageDescription

let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

// A package of its own: whoever uses Sockets neither fetches nor builds the benchmarks.
let package = Package(
    name: "Benchmarks",
    platforms: [.macOS(.v26)],
    products: [
        .executable(name: "async-echo", targets: ["AsyncEcho"]),
        .executable(name: "async-timers", targets: ["AsyncTimers"]),
        .executable(name: "echo-servers", targets: ["EchoServers"]),
        .executable(name: "percall", targets: ["PerCall"]),
    ],
    dependencies: [
        .package(name: "Sockets", path: "..")
    ],
    targets: [
        .executableTarget(
            name: "AsyncEcho",
            dependencies: [
                .product(name: "AsyncSockets", package: "Sockets"), .product(name: "CSocketShim", package: "Sockets"),
                .product(name: "Sockets", package: "Sockets"),
            ], swiftSettings: strict + [.enableExperimentalFeature("BuiltinModule")]),
        .executableTarget(
            name: "AsyncTimers",
            dependencies: [.product(name: "AsyncSockets", package: "Sockets")], swiftSettings: strict),
        .executableTarget(
            name: "EchoServers",
            dependencies: [
                .product(name: "Sockets", package: "Sockets"), .product(name: "SocketServers", package: "Sockets"),
            ], swiftSettings: strict),
        .executableTarget(
            name: "PerCall", dependencies: [.product(name: "Sockets", package: "Sockets")], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
