public import ProtobufRuntime
public import RPCCore

/// The methods that the gateway can reach: RPC path → handler. Those whose requests are streams have no REST form.
public struct RESTRouter: MethodRegistry, Sendable {
    var methods: [String: RESTMethod] = [:]

    public init() {}

    public mutating func unary<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (Request, ServerContext) async throws -> Response
    ) {
        methods[method.path] = RESTMethod(handler)
    }

    public mutating func serverStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (Request, MessageWriter<Response>, ServerContext) async throws -> Void
    ) {
        methods[method.path] = RESTMethod(streaming: handler)
    }

    public mutating func clientStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (MessageStream<Request>, ServerContext) async throws -> Response
    ) {}

    public mutating func bidirectional<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler:
            @escaping @Sendable (
                MessageStream<Request>, MessageWriter<Response>, ServerContext
            ) async throws -> Void
    ) {}
}
