internal import ProtobufRuntime

/// Puts interceptors and observers around the handlers that pass through it on their way into another registry.
///
/// Each level of async functions around a handler costs a check of executors on the way back: here are as few as can be.
struct SurroundingRegistry<Base: MethodRegistry>: MethodRegistry {
    var base: Base
    let interceptors: [any ServerInterceptor]
    let observers: [any CallObserver]

    mutating func unary<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (Request, ServerContext) async throws -> Response
    ) {
        let around = surroundings(of: method.identity)
        base.unary(method) { request, context in
            around.began(context)
            do {
                // Not `Response?`: types that depend on others are looked up at run time.
                var response: MessageStorage?
                if let only = around.onlyInterceptor {
                    try await only.intercept(around.method, context) {
                        response = try await handler(request, context).storage
                    }
                } else if around.isIntercepted {
                    try await around.intercept(context) { response = try await handler(request, context).storage }
                } else {
                    response = try await handler(request, context).storage
                }
                guard let response else { throw RPCError.notHandled }
                around.ended(context)
                return Response(storage: response)
            } catch {
                around.ended(context, error)
                throw error
            }
        }
    }

    mutating func serverStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (Request, MessageWriter<Response>, ServerContext) async throws -> Void
    ) {
        let around = surroundings(of: method.identity)
        base.serverStreaming(method) { request, responses, context in
            try await around.serve(context) { try await handler(request, responses, context) }
        }
    }

    mutating func clientStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (MessageStream<Request>, ServerContext) async throws -> Response
    ) {
        let around = surroundings(of: method.identity)
        base.clientStreaming(method) { requests, context in
            var response: Response?
            try await around.serve(context) { response = try await handler(requests, context) }
            guard let response else { throw RPCError.notHandled }
            return response
        }
    }

    mutating func bidirectional<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler:
            @escaping @Sendable (
                MessageStream<Request>, MessageWriter<Response>, ServerContext
            ) async throws -> Void
    ) {
        let around = surroundings(of: method.identity)
        base.bidirectional(method) { requests, responses, context in
            try await around.serve(context) { try await handler(requests, responses, context) }
        }
    }

    private func surroundings(of method: MethodIdentity) -> MethodSurroundings {
        MethodSurroundings(method, interceptors, observers)
    }
}

extension MethodSurroundings {
    /// All of it around a handler.
    fileprivate func serve(_ context: ServerContext, _ handler: () async throws -> Void) async throws {
        began(context)
        do {
            if isIntercepted {
                var isHandled = false
                try await intercept(context) {
                    isHandled = true
                    try await handler()
                }
                guard isHandled else { throw RPCError.notHandled }
            } else {
                try await handler()
            }
            ended(context)
        } catch {
            ended(context, error)
            throw error
        }
    }
}
