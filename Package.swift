// swift-tools-version: 6.2
import PackageDescription

let swift: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    // An async function stays where its caller is: no switch of executors around each one.
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
    // What a later toolchain deprecates is no reason not to build.
    .treatWarning("DeprecatedDeclaration", as: .warning),
]

let package = Package(
    name: "ChatRPC",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "ChatRPCClient", targets: ["ChatRPCClient"]),
        .executable(name: "chatrpc", targets: ["chatrpc"]),
        .executable(name: "protoc-gen-chatrpc", targets: ["protoc-gen-chatrpc"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(
            name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        .target(name: "ProtobufRuntime", dependencies: ["CProtobufC"], swiftSettings: swift),
        .target(name: "RPCCore", dependencies: ["ProtobufRuntime"], swiftSettings: swift),

        .target(name: "CGeneratedRPC", dependencies: ["CProtobufC"], path: "Sources/GeneratedRPC/C"),
        .target(
            name: "GeneratedRPC", dependencies: ["CGeneratedRPC", "ProtobufRuntime", "RPCCore"],
            path: "Sources/GeneratedRPC/Swift", swiftSettings: swift),
        .target(
            name: "CGeneratedMessages", dependencies: ["CGeneratedRPC", "CProtobufC"],
            path: "Sources/GeneratedMessages/C"),
        .target(
            name: "GeneratedMessages",
            dependencies: ["CGeneratedMessages", "GeneratedRPC", "ProtobufRuntime", "RPCCore"],
            path: "Sources/GeneratedMessages/Swift", exclude: ["openapi.json"], swiftSettings: swift),

        .target(
            name: "RPCTransport",
            dependencies: [
                "CNghttp2", "CZlib", "RPCCore", "ProtobufRuntime", "GeneratedRPC",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: swift),
        .target(
            name: "RESTGateway",
            dependencies: [
                "RPCTransport", "RPCCore", "ProtobufRuntime",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: swift),
        .target(
            name: "ConnectGateway",
            dependencies: [
                "RPCTransport", "RPCCore", "ProtobufRuntime",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: swift),
        .target(
            name: "ChatStore",
            dependencies: [
                "CLibPQ", "GeneratedMessages", "GeneratedRPC", "ProtobufRuntime",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: swift),
        .target(
            name: "ChatRPCServer",
            dependencies: [
                "ChatStore", "ConnectGateway", "GeneratedMessages", "GeneratedRPC", "RESTGateway", "RPCTransport",
                "RPCCore", "ProtobufRuntime",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ], swiftSettings: swift),
        .target(
            name: "ChatRPCClient",
            dependencies: [
                "GeneratedMessages", "GeneratedRPC", "RPCTransport", "RPCCore", "ProtobufRuntime",
            ], swiftSettings: swift),
        .executableTarget(
            name: "chatrpc",
            dependencies: [
                "ChatRPCServer", "ChatStore", "RPCTransport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: swift),

        .target(name: "ChatRPCGenerator", swiftSettings: swift),
        .executableTarget(name: "protoc-gen-chatrpc", dependencies: ["ChatRPCGenerator"], swiftSettings: swift),

        .target(
            name: "CGeneratedTestMessages", dependencies: ["CGeneratedRPC", "CProtobufC"],
            path: "Tests/GeneratedTestMessages/C"),
        .target(
            name: "GeneratedTestMessages",
            dependencies: ["CGeneratedTestMessages", "GeneratedRPC", "ProtobufRuntime", "RPCCore"],
            path: "Tests/GeneratedTestMessages/Swift", exclude: ["openapi.json"], swiftSettings: swift),
        .target(
            name: "CGeneratedInteropMessages", dependencies: ["CProtobufC"], path: "Tests/GeneratedInteropMessages/C"),
        .target(
            name: "GeneratedInteropMessages",
            dependencies: ["CGeneratedInteropMessages", "ProtobufRuntime", "RPCCore"],
            path: "Tests/GeneratedInteropMessages/Swift", swiftSettings: swift),
        // The two sides of grpc's interoperability tests: each runs against the other, and against grpc's own.
        .executableTarget(
            name: "chatrpc-interop-server",
            dependencies: [
                "ConnectGateway", "GeneratedInteropMessages", "ProtobufRuntime", "RPCCore", "RPCTransport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ], path: "Tests/InteropServer", swiftSettings: swift),
        .executableTarget(
            name: "chatrpc-interop-client",
            dependencies: [
                "GeneratedInteropMessages", "ProtobufRuntime", "RPCCore", "RPCTransport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Tests/InteropClient", swiftSettings: swift),

        .testTarget(
            name: "GeneratorTests",
            dependencies: [
                "ChatRPCGenerator", "GeneratedRPC", "GeneratedTestMessages", "ProtobufRuntime", "RPCCore",
            ],
            exclude: ["Golden"], swiftSettings: swift),

        .testTarget(
            name: "ProtobufRuntimeTests",
            dependencies: ["GeneratedTestMessages", "GeneratedMessages", "GeneratedRPC", "ProtobufRuntime"],
            swiftSettings: swift),
        // Python's protobuf is compared with it.
        .executableTarget(
            name: "protobuf-roundtrip",
            dependencies: ["GeneratedTestMessages", "GeneratedMessages", "GeneratedRPC", "ProtobufRuntime"],
            path: "Tests/ProtobufRoundtrip", swiftSettings: swift),
        .testTarget(
            name: "RPCTransportTests",
            dependencies: [
                "CNghttp2", "RPCTransport", "RPCCore", "ProtobufRuntime", "GeneratedRPC",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: swift),
        // Ends a great many calls early, and looks for what is left behind.
        .executableTarget(
            name: "call-endurance",
            dependencies: [
                "GeneratedRPC", "ProtobufRuntime", "RPCCore", "RPCTransport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ], path: "Tests/CallEndurance", swiftSettings: swift),
        .testTarget(
            name: "RESTGatewayTests",
            dependencies: [
                "RESTGateway", "RPCTransport", "RPCCore", "ProtobufRuntime", "GeneratedTestMessages", "GeneratedRPC",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: swift),
        .testTarget(
            name: "ConnectGatewayTests",
            dependencies: [
                "ConnectGateway", "RPCTransport", "RPCCore", "ProtobufRuntime", "GeneratedRPC",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: swift),
        // The crash tests kill it.
        .executableTarget(
            name: "StoreCrashWriter",
            dependencies: [
                "ChatStore", "GeneratedMessages", "ProtobufRuntime", .product(name: "Logging", package: "swift-log"),
            ], path: "Tests/StoreCrashWriter", swiftSettings: swift),
        .testTarget(
            name: "ChatStoreTests",
            dependencies: [
                "CLibPQ", "ChatStore", "StoreCrashWriter", "GeneratedMessages", "GeneratedRPC", "ProtobufRuntime",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: swift),
        .testTarget(
            name: "ChatRPCServerTests",
            dependencies: [
                "ChatRPCServer", "ChatStore", "GeneratedMessages", "GeneratedRPC", "RPCCore", "RPCTransport",
                "ProtobufRuntime",
            ], swiftSettings: swift),
        .testTarget(
            name: "ChatRPCClientTests",
            dependencies: [
                "ChatRPCClient", "ChatRPCServer", "GeneratedMessages", "GeneratedRPC", "RPCTransport", "RPCCore",
                "ProtobufRuntime",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: swift),

        // The README's example.
        .executableTarget(
            name: "quickstart", dependencies: ["ChatRPCClient"], path: "Examples/quickstart", swiftSettings: swift),

        // Benchmarks/run starts it.
        .executableTarget(
            name: "chatrpc-bench",
            dependencies: ["GeneratedMessages", "GeneratedRPC", "ProtobufRuntime", "RPCCore", "RPCTransport"],
            path: "Benchmarks/LoadGenerator", swiftSettings: swift),
        .executableTarget(
            name: "chatrpc-echo-server",
            dependencies: [
                "GeneratedRPC", "ProtobufRuntime", "RPCCore", "RPCTransport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ], path: "Benchmarks/EchoServer", swiftSettings: swift),
    ],
    swiftLanguageModes: [.v6]
)
