public import ProtobufRuntime

/// Where a service's handlers are put: the gRPC router, the REST gateway, an in-process channel.
///
/// Generated code calls it once per method of a service, when the server is put together.
public protocol MethodRegistry {
    mutating func unary<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (Request, ServerContext) async throws -> Response)

    mutating func serverStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (Request, MessageWriter<Response>, ServerContext) async throws -> Void)

    mutating func clientStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (MessageStream<Request>, ServerContext) async throws -> Response)

    mutating func bidirectional<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler:
            @escaping @Sendable (
                MessageStream<Request>, MessageWriter<Response>, ServerContext
            ) async throws -> Void)
}

/// A service that can be served: what every generated `…Handler` protocol inherits.
public protocol RPCService: Sendable {
    /// Puts each method of the service into the registry.
    func register<Registry: MethodRegistry>(in registry: inout Registry)
}
