public import ProtobufRuntime

/// Calls straight to handlers, without a socket: for tests of clients, and for programs that have both sides in them.
///
/// What a caller can see is as by gRPC: metadata, statuses (causes stay with the handler), deadlines, cancellation both ways,
/// and writers that wait while nobody reads. Messages are handed over as they are; compression and `waitForReady` mean nothing here.
public struct InProcessChannel: ClientChannel {
    private let handlers: [String: any Sendable]

    /// - Parameters:
    ///   - interceptors: what stands around each handler; the first one outermost.
    ///   - observers: what watches calls, from outside of all interceptors.
    public init(
        services: [any RPCService], interceptors: [any ServerInterceptor] = [], observers: [any CallObserver] = []
    ) {
        self.init { registry in
            for service in services { registry.add(service, interceptors: interceptors, observers: observers) }
        }
    }

    /// A channel to single methods.
    public init(_ register: (inout any MethodRegistry) -> Void) {
        var registry: any MethodRegistry = InProcessRegistry()
        register(&registry)
        handlers = (registry as? InProcessRegistry)?.handlers ?? [:]
    }

    public func unary<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>, _ request: Request, options: CallOptions
    ) async throws -> UnaryResponse<Response> {
        let call = try await start(method, request, options)
        return try await whileOpen(call) { try await Self.answer(of: call) }
    }

    public func serverStreaming<Request: ProtobufMessage, Response: ProtobufMessage, Result: Sendable>(
        _ method: MethodDescriptor<Request, Response>, _ request: Request, options: CallOptions,
        _ body: @Sendable (MessageStream<Response>) async throws -> Result
    ) async throws -> Result {
        let call = try await start(method, request, options)
        return try await whileOpen(call) { try await body(Self.responses(of: call)) }
    }

    public func clientStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>, options: CallOptions,
        _ requests: @escaping @Sendable (MessageWriter<Request>) async throws -> Void
    ) async throws -> UnaryResponse<Response> {
        let call = try start(method, options)
        return try await producing(requests, for: call) { try await Self.answer(of: call) }
    }

    public func bidirectional<Request: ProtobufMessage, Response: ProtobufMessage, Result: Sendable>(
        _ method: MethodDescriptor<Request, Response>, options: CallOptions,
        _ requests: @escaping @Sendable (MessageWriter<Request>) async throws -> Void,
        _ body: @Sendable (MessageStream<Response>) async throws -> Result
    ) async throws -> Result {
        let call = try start(method, options)
        return try await producing(requests, for: call) { try await body(Self.responses(of: call)) }
    }

    // MARK: Beginning

    private func start<Request, Response>(
        _ method: MethodDescriptor<Request, Response>, _ options: CallOptions
    ) throws(RPCError) -> InProcessCall<Request, Response> {
        guard let handler = handlers[method.path] as? InProcessHandler<Request, Response> else {
            throw RPCError(.unimplemented, "no such method: \(method.path)")
        }
        let call = InProcessCall<Request, Response>(path: method.path, options: options)
        call.start(handler.serve)
        return call
    }

    private func start<Request, Response>(
        _ method: MethodDescriptor<Request, Response>, _ request: Request, _ options: CallOptions
    ) async throws(RPCError) -> InProcessCall<Request, Response> {
        let call = try start(method, options)
        // An error would say that the call is over, which is known to who reads the answer.
        try? await call.requests.send(request)
        call.requests.finish()
        return call
    }

    // MARK: Scope

    private func whileOpen<Request, Response, Result: Sendable>(
        _ call: InProcessCall<Request, Response>, _ body: () async throws -> Result
    ) async throws -> Result {
        try await withTaskCancellationHandler {
            defer { call.cancel() }
            do {
                return try await body()
            } catch is CancellationError {
                throw RPCError(.cancelled, "the caller cancelled the call")
            }
        } onCancel: {
            call.cancel()
        }
    }

    private func producing<Request, Response, Result: Sendable>(
        _ requests: @escaping @Sendable (MessageWriter<Request>) async throws -> Void,
        for call: InProcessCall<Request, Response>, _ body: () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await requests(MessageWriter { message, _ in try await call.requests.send(message) })
                    call.requests.finish()
                } catch let error as RPCError {
                    call.end(error)
                } catch is CancellationError {
                    call.cancel()
                } catch {
                    call.end(RPCError(.cancelled, "the requests could not be made", cause: error))
                }
            }
            defer { group.cancelAll() }
            return try await whileOpen(call, body)
        }
    }

    // MARK: Answers

    private static func responses<Request, Response>(
        of call: InProcessCall<Request, Response>
    ) -> MessageStream<Response> {
        MessageStream(metadata: { call.received }) { try await call.responses.next() }
    }

    private static func answer<Request, Response>(
        of call: InProcessCall<Request, Response>
    ) async throws -> UnaryResponse<Response> {
        guard let message = try await call.responses.next() else {
            throw RPCError(.internalError, "the call ended without a message")
        }
        // Only now is it known how the call ended.
        guard try await call.responses.next() == nil else {
            throw RPCError(.internalError, "more than one message in the response")
        }
        let metadata = call.received
        return UnaryResponse(
            message: message, initialMetadata: metadata.initial, trailingMetadata: metadata.trailing)
    }
}
