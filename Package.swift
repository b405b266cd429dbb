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
        .library(name: "CSocketShim", targets: ["CSocketShim"]),
        .library(name: "Sockets", targets: ["Sockets"]),
        .executable(name: "sock", targets: ["sock"]),
        .library(name: "SocketServers", targets: ["SocketServers"]),
    ],
    targets: [
        .target(name: "CSocketShim", path: "CSocketShim"),
        .target(name: "Sockets", dependencies: ["CSocketShim"], swiftSettings: strict),
        .executableTarget(
            name: "sock", dependencies: ["CSocketShim", "SocketServers", "Sockets"], swiftSettings: strict),
        .target(name: "SocketServers", dependencies: ["CSocketShim", "Sockets"], swiftSettings: strict),
        .target(name: "TestSupport", dependencies: ["Sockets"], path: "Tests/TestSupport", swiftSettings: strict),
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
        .testTarget(name: "SockTests", dependencies: ["Sockets", "TestSupport", "sock"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11
)
