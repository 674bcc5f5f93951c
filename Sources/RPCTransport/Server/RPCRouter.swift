public import ProtobufRuntime
public import RPCCore

/// The methods that a server answers by gRPC: path → handler.
public struct RPCRouter: MethodRegistry, Sendable {
    var table = MethodTable()

    public init() {}

    /// Puts in every method of a service.
    public mutating func add(_ service: some RPCService) {
        service.register(in: &self)
    }

    /// The paths that are served, in no order.
    public var paths: [String] { table.paths }

    public mutating func unary<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (Request, ServerContext) async throws -> Response
    ) {
        insert(method) { $0.runUnary(handler) }
    }

    public mutating func serverStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (Request, MessageWriter<Response>, ServerContext) async throws -> Void
    ) {
        insert(method) { $0.runServerStreaming(handler) }
    }

    public mutating func clientStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (MessageStream<Request>, ServerContext) async throws -> Response
    ) {
        insert(method) { $0.runClientStreaming(handler) }
    }

    public mutating func bidirectional<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (
            MessageStream<Request>, MessageWriter<Response>, ServerContext
        ) async throws -> Void
    ) {
        insert(method) { $0.runBidirectional(handler) }
    }

    private mutating func insert<Request, Response>(
        _ method: MethodDescriptor<Request, Response>, _ start: @escaping @Sendable (ServerStream) -> Void
    ) {
        table.insert(MethodEntry(path: method.path, kind: method.kind, start: start))
    }
}
