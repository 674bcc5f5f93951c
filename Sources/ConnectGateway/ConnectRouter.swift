public import ProtobufRuntime
public import RPCCore

/// The methods that the gateway can reach: RPC path → handler.
///
/// A request is there as a whole before its handler starts: calls that stream both ways are half duplex here, as all are
/// from a browser.
public struct ConnectRouter: MethodRegistry, Sendable {
    var methods: [String: ConnectMethod] = [:]

    public init() {}

    public mutating func unary<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (Request, ServerContext) async throws -> Response
    ) {
        insert(method) { call in try await call.write(try await handler(try call.onlyRequest(), call.context)) }
    }

    public mutating func serverStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (Request, MessageWriter<Response>, ServerContext) async throws -> Void
    ) {
        insert(method) { call in try await handler(try call.onlyRequest(), call.writer(), call.context) }
    }

    public mutating func clientStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (MessageStream<Request>, ServerContext) async throws -> Response
    ) {
        insert(method) { call in try await call.write(try await handler(call.requestStream(), call.context)) }
    }

    public mutating func bidirectional<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler:
            @escaping @Sendable (
                MessageStream<Request>, MessageWriter<Response>, ServerContext
            ) async throws -> Void
    ) {
        insert(method) { call in try await handler(call.requestStream(), call.writer(), call.context) }
    }

    private mutating func insert<Request, Response>(
        _ method: MethodDescriptor<Request, Response>, _ serve: @escaping @Sendable (ConnectCall) async throws -> Void
    ) {
        methods[method.path] = ConnectMethod(identity: method.identity, serve: serve)
    }
}

/// One method with its types hidden.
struct ConnectMethod: Sendable {
    let identity: MethodIdentity
    let serve: @Sendable (ConnectCall) async throws -> Void

    /// Whether it can be called by GET, which must change nothing (Connect protocol, "Unary-Get-Request").
    var allowsGet: Bool { identity.kind == .unary && identity.idempotency == .noSideEffects }

    var allowedHTTPMethods: String { allowsGet ? "GET, HEAD, POST, OPTIONS" : "POST, OPTIONS" }

    var hasManyResponses: Bool { identity.kind == .serverStreaming || identity.kind == .bidirectional }
}
