import ProtobufRuntime
import RPCCore
import Synchronization

/// Calls handlers in the same process: a registry and a channel at once.
struct InProcessChannel: MethodRegistry, ClientChannel {
    private typealias Unary<Request, Response> = @Sendable (Request, ServerContext) async throws -> Response
    private typealias Bidirectional<Request: Sendable, Response: Sendable> =
        @Sendable (
            MessageStream<Request>, MessageWriter<Response>, ServerContext
        ) async throws -> Void

    private var handlers: [String: any Sendable] = [:]

    mutating func unary<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (Request, ServerContext) async throws -> Response
    ) {
        handlers[method.path] = handler as Unary<Request, Response>
    }

    mutating func serverStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (Request, MessageWriter<Response>, ServerContext) async throws -> Void
    ) {
        bidirectional(method) { requests, responses, context in
            for try await request in requests { try await handler(request, responses, context) }
        }
    }

    mutating func clientStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (MessageStream<Request>, ServerContext) async throws -> Response
    ) {
        bidirectional(method) { requests, responses, context in
            try await responses.write(handler(requests, context))
        }
    }

    mutating func bidirectional<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler:
            @escaping @Sendable (
                MessageStream<Request>, MessageWriter<Response>, ServerContext
            ) async throws -> Void
    ) {
        handlers[method.path] = handler as Bidirectional<Request, Response>
    }

    func unary<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>, _ request: Request, options: CallOptions
    ) async throws -> UnaryResponse<Response> {
        guard let handler = handlers[method.path] as? Unary<Request, Response> else {
            throw RPCError(.unimplemented, method.path)
        }
        return UnaryResponse(message: try await handler(request, context(method)))
    }

    func serverStreaming<Request: ProtobufMessage, Response: ProtobufMessage, Result: Sendable>(
        _ method: MethodDescriptor<Request, Response>, _ request: Request, options: CallOptions,
        _ body: @Sendable (MessageStream<Response>) async throws -> Result
    ) async throws -> Result {
        try await bidirectional(method, options: options, { try await $0.write(request) }, body)
    }

    func clientStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>, options: CallOptions,
        _ requests: @escaping @Sendable (MessageWriter<Request>) async throws -> Void
    ) async throws -> UnaryResponse<Response> {
        let response = try await bidirectional(method, options: options, requests) { responses in
            try await responses.reduce(into: nil) { $0 = $1 }
        }
        guard let response else { throw RPCError(.internalError, "no answer") }
        return UnaryResponse(message: response)
    }

    /// The requests first, then the handler, then the answers: enough for handlers that end.
    func bidirectional<Request: ProtobufMessage, Response: ProtobufMessage, Result: Sendable>(
        _ method: MethodDescriptor<Request, Response>, options: CallOptions,
        _ requests: @escaping @Sendable (MessageWriter<Request>) async throws -> Void,
        _ body: @Sendable (MessageStream<Response>) async throws -> Result
    ) async throws -> Result {
        guard let handler = handlers[method.path] as? Bidirectional<Request, Response> else {
            throw RPCError(.unimplemented, method.path)
        }
        let sent = try await Self.collect(requests)
        let answered = try await Self.collect { try await handler(sent, $0, context(method)) }
        return try await body(answered)
    }

    private func context<Request, Response>(_ method: MethodDescriptor<Request, Response>) -> ServerContext {
        ServerContext(path: method.path, surface: .inProcess)
    }

    /// What `write` writes, as a stream.
    private static func collect<Element: Sendable>(
        _ write: (MessageWriter<Element>) async throws -> Void
    ) async throws -> MessageStream<Element> {
        let queue = Queue<Element>()
        try await write(MessageWriter { message, _ in queue.append(message) })
        return MessageStream { queue.popFirst() }
    }

    private final class Queue<Element: Sendable>: Sendable {
        private let elements = Mutex<ArraySlice<Element>>([])

        func append(_ element: Element) { elements.withLock { $0.append(element) } }

        func popFirst() -> Element? { elements.withLock { $0.popFirst() } }
    }
}
