internal import ProtobufRuntime

/// A handler of any kind, in the form of the widest one.
struct InProcessHandler<Request: ProtobufMessage, Response: ProtobufMessage>: Sendable {
    let serve: @Sendable (MessageStream<Request>, MessageWriter<Response>, ServerContext) async throws -> Void
}

/// The methods of an in-process channel: path → ``InProcessHandler``.
struct InProcessRegistry: MethodRegistry {
    var handlers: [String: any Sendable] = [:]

    mutating func unary<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (Request, ServerContext) async throws -> Response
    ) {
        bidirectional(method) { requests, writer, context in
            try await writer.write(try await handler(try await Self.only(requests), context))
        }
    }

    mutating func serverStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (Request, MessageWriter<Response>, ServerContext) async throws -> Void
    ) {
        bidirectional(method) { requests, writer, context in
            try await handler(try await Self.only(requests), writer, context)
        }
    }

    mutating func clientStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (MessageStream<Request>, ServerContext) async throws -> Response
    ) {
        bidirectional(method) { requests, writer, context in
            try await writer.write(try await handler(requests, context))
        }
    }

    mutating func bidirectional<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler:
            @escaping @Sendable (
                MessageStream<Request>, MessageWriter<Response>, ServerContext
            ) async throws -> Void
    ) {
        handlers[method.path] = InProcessHandler(serve: handler)
    }

    private static func only<Request>(_ requests: MessageStream<Request>) async throws -> Request {
        for try await request in requests { return request }
        throw RPCError(.internalError, "the call has no request message")
    }
}
