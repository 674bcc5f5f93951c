import GeneratedRPC
import ProtobufRuntime
import RPCCore

/// `chatrpc.bench.Echo` (Benchmarks/grpc-cpp/echo.proto): what is measured beside other gRPC servers.
struct EchoService: RPCService {
    static let service = "chatrpc.bench.Echo"
    static let messagesPerStream = 100
    private static let largeBytes = 1 << 20

    func register<Registry: MethodRegistry>(in registry: inout Registry) {
        registry.unary(Self.method("Unary", .unary)) { request, _ in request }
        let large = BytesValue.with { $0.value = [UInt8](repeating: 0x78, count: Self.largeBytes) }
        registry.unary(Self.method("Large", .unary)) { _, _ in large }
        registry.serverStreaming(Self.method("Stream", .serverStreaming)) { request, responses, _ in
            for _ in 0..<Self.messagesPerStream { try await responses.write(request) }
        }
    }

    private static func method(_ name: String, _ kind: MethodKind) -> MethodDescriptor<BytesValue, BytesValue> {
        MethodDescriptor(service: service, name: name, kind: kind)
    }
}

/// Refuses calls without an id: stands for what a service does with metadata before each call.
struct RequiresRequestID: ServerInterceptor {
    func intercept(
        _ method: MethodIdentity, _ context: ServerContext, next: () async throws -> Void
    ) async throws {
        guard context.metadata["x-request-id"] != nil else {
            throw RPCError(.invalidArgument, "x-request-id is missing")
        }
        try await next()
    }
}
