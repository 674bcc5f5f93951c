public import ProtobufRuntime

/// Stands around calls: sees each begin and end, may change what is said about it (metadata, deadline), may refuse it, and
/// may change how it ends.
public protocol ClientInterceptor: Sendable {
    /// Makes one call.
    ///
    /// - Parameter next: the rest of the interceptors, and the call. It returns when the call is over; of the kinds that answer with a
    ///   stream the answer is what the caller's closure made of it. Calling it twice makes the call twice.
    func intercept<Answer: Sendable>(
        _ method: MethodIdentity, _ options: CallOptions, next: (CallOptions) async throws -> Answer
    ) async throws -> Answer
}

/// A channel with interceptors around its calls.
public struct InterceptedChannel: ClientChannel {
    private let base: any ClientChannel
    private let interceptor: any ClientInterceptor

    /// - Parameter interceptors: the first one is outermost.
    public static func channel(
        _ base: any ClientChannel, interceptors: [any ClientInterceptor]
    ) -> any ClientChannel {
        interceptors.reversed().reduce(base) { InterceptedChannel($0, interceptor: $1) }
    }

    public init(_ base: any ClientChannel, interceptor: any ClientInterceptor) {
        self.base = base
        self.interceptor = interceptor
    }

    public func unary<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>, _ request: Request, options: CallOptions
    ) async throws -> UnaryResponse<Response> {
        try await interceptor.intercept(method.identity, options) { options in
            try await base.unary(method, request, options: options)
        }
    }

    public func serverStreaming<Request: ProtobufMessage, Response: ProtobufMessage, Result: Sendable>(
        _ method: MethodDescriptor<Request, Response>, _ request: Request, options: CallOptions,
        _ body: @Sendable (MessageStream<Response>) async throws -> Result
    ) async throws -> Result {
        try await interceptor.intercept(method.identity, options) { options in
            try await base.serverStreaming(method, request, options: options, body)
        }
    }

    public func clientStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>, options: CallOptions,
        _ requests: @escaping @Sendable (MessageWriter<Request>) async throws -> Void
    ) async throws -> UnaryResponse<Response> {
        try await interceptor.intercept(method.identity, options) { options in
            try await base.clientStreaming(method, options: options, requests)
        }
    }

    public func bidirectional<Request: ProtobufMessage, Response: ProtobufMessage, Result: Sendable>(
        _ method: MethodDescriptor<Request, Response>, options: CallOptions,
        _ requests: @escaping @Sendable (MessageWriter<Request>) async throws -> Void,
        _ body: @Sendable (MessageStream<Response>) async throws -> Result
    ) async throws -> Result {
        try await interceptor.intercept(method.identity, options) { options in
            try await base.bidirectional(method, options: options, requests, body)
        }
    }
}
