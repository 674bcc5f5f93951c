import Foundation
import GRPCCore
import GRPCProtobuf
import SwiftProtobuf

typealias Payload = Google_Protobuf_BytesValue

/// The service of Benchmarks/EchoServer, by grpc-swift-2.
struct EchoService: RegistrableRPCService {
    static let service = "chatrpc.bench.Echo"
    static let messagesPerStream = 100
    static let large = Payload.with { $0.value = Data(repeating: 0x78, count: 1 << 20) }

    static func method(_ name: String) -> MethodDescriptor {
        MethodDescriptor(fullyQualifiedService: service, method: name)
    }

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        register("Unary", with: &router) { request, _ in
            let unary = try await ServerRequest(stream: request)
            return StreamingServerResponse(single: ServerResponse(message: unary.message))
        }
        register("Large", with: &router) { request, _ in
            _ = try await ServerRequest(stream: request)
            return StreamingServerResponse(single: ServerResponse(message: Self.large))
        }
        register("Stream", with: &router) { request, _ in
            let message = try await ServerRequest(stream: request).message
            return StreamingServerResponse { writer in
                for _ in 0..<Self.messagesPerStream { try await writer.write(message) }
                return [:]
            }
        }
    }

    private func register<Transport: ServerTransport>(
        _ name: String, with router: inout RPCRouter<Transport>,
        handler:
            @escaping @Sendable (StreamingServerRequest<Payload>, ServerContext) async throws ->
            StreamingServerResponse<Payload>
    ) {
        router.registerHandler(
            forMethod: Self.method(name), deserializer: ProtobufDeserializer<Payload>(),
            serializer: ProtobufSerializer<Payload>(), handler: handler)
    }
}

/// Passes the call on. Two of them stand for what a service has around its methods.
struct PassingInterceptor: ServerInterceptor {
    func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>, context: ServerContext,
        next: @Sendable (StreamingServerRequest<Input>, ServerContext) async throws -> StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        try await next(request, context)
    }
}
