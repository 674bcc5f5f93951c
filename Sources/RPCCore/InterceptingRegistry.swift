internal import ProtobufRuntime

/// Puts interceptors around the handlers that pass through it on their way into another registry.
struct InterceptingRegistry<Base: MethodRegistry>: MethodRegistry {
    var base: Base
    /// The first one is outermost.
    let interceptors: [any ServerInterceptor]

    mutating func unary<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (Request, ServerContext) async throws -> Response
    ) {
        func around(
            _ interceptor: some ServerInterceptor,
            _ handler: @escaping @Sendable (Request, ServerContext) async throws -> Response
        ) -> @Sendable (Request, ServerContext) async throws -> Response {
            let identity = method.identity
            return { request, context in
                try await interceptor.intercept(identity, context) { try await handler(request, context) }
            }
        }
        base.unary(method, bound(to: method.identity).reduce(handler) { around($1, $0) })
    }

    mutating func serverStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (Request, MessageWriter<Response>, ServerContext) async throws -> Void
    ) {
        func around(
            _ interceptor: some ServerInterceptor,
            _ handler: @escaping @Sendable (Request, MessageWriter<Response>, ServerContext) async throws -> Void
        ) -> @Sendable (Request, MessageWriter<Response>, ServerContext) async throws -> Void {
            let identity = method.identity
            return { request, writer, context in
                try await interceptor.intercept(identity, context) { try await handler(request, writer, context) }
            }
        }
        base.serverStreaming(method, bound(to: method.identity).reduce(handler) { around($1, $0) })
    }

    mutating func clientStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (MessageStream<Request>, ServerContext) async throws -> Response
    ) {
        func around(
            _ interceptor: some ServerInterceptor,
            _ handler: @escaping @Sendable (MessageStream<Request>, ServerContext) async throws -> Response
        ) -> @Sendable (MessageStream<Request>, ServerContext) async throws -> Response {
            let identity = method.identity
            return { requests, context in
                try await interceptor.intercept(identity, context) { try await handler(requests, context) }
            }
        }
        base.clientStreaming(method, bound(to: method.identity).reduce(handler) { around($1, $0) })
    }

    mutating func bidirectional<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler:
            @escaping @Sendable (
                MessageStream<Request>, MessageWriter<Response>, ServerContext
            ) async throws -> Void
    ) {
        typealias Handler =
            @Sendable (MessageStream<Request>, MessageWriter<Response>, ServerContext) async throws -> Void
        func around(_ interceptor: some ServerInterceptor, _ handler: @escaping Handler) -> Handler {
            let identity = method.identity
            return { requests, writer, context in
                try await interceptor.intercept(identity, context) { try await handler(requests, writer, context) }
            }
        }
        base.bidirectional(method, bound(to: method.identity).reduce(handler) { around($1, $0) })
    }

    /// Innermost first: each is put around what is there.
    private func bound(to method: MethodIdentity) -> [any ServerInterceptor] {
        interceptors.reversed().map { $0.bound(to: method) }
    }
}
