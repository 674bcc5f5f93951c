public import ProtobufRuntime

/// What a caller may say about one call.
public struct CallOptions: Sendable {
    /// How long the call may take; nil means that it may take for ever.
    public var timeout: Duration?
    /// What goes along with the request.
    public var metadata: Metadata
    /// Whether the call waits for a server where there is none (gRPC doc/wait-for-ready.md); otherwise it fails with UNAVAILABLE as
    /// soon as that is known. Nil: as the channel is configured, and if that says nothing, false.
    public var waitForReady: Bool?
    /// How request messages are compressed; nil sends them as they are. A server that does not know it answers
    /// UNIMPLEMENTED. Responses may come compressed whatever is said here.
    public var compression: Compression?

    public init(
        timeout: Duration? = nil, metadata: Metadata = [:], compression: Compression? = nil,
        waitForReady: Bool? = nil
    ) {
        self.waitForReady = waitForReady
        self.timeout = timeout
        self.metadata = metadata
        self.compression = compression
    }

    /// For a call that a handler makes on its caller's behalf: what is left of the caller's time is all that it has. (That the
    /// handler's task is cancelled cancels the call in any case.)
    ///
    /// - Parameter timeout: how long the call may take where the caller has more time than that, or named none.
    public init(
        inheriting context: ServerContext, timeout: Duration? = nil, metadata: Metadata = [:],
        compression: Compression? = nil
    ) {
        let left = context.deadline.map { max(.zero, $0 - .now) }
        self.init(
            timeout: [left, timeout].compactMap { $0 }.min(), metadata: metadata, compression: compression)
    }
}

/// The answer to a call that returns one message.
public struct UnaryResponse<Message: Sendable>: Sendable {
    public var message: Message
    public var initialMetadata: Metadata
    public var trailingMetadata: Metadata
    /// Whether the message came compressed.
    public var wasCompressed: Bool

    public init(
        message: Message, initialMetadata: Metadata = [:], trailingMetadata: Metadata = [:], wasCompressed: Bool = false
    ) {
        self.message = message
        self.initialMetadata = initialMetadata
        self.trailingMetadata = trailingMetadata
        self.wasCompressed = wasCompressed
    }
}

/// Something that calls can be made on. Every failure is thrown as an ``RPCError``.
///
/// Cancelling the calling task cancels the call. The streaming kinds hand the response stream to a closure, so that
/// the call is over, one way or the other, when the method returns.
public protocol ClientChannel: Sendable {
    func unary<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>, _ request: Request, options: CallOptions
    ) async throws -> UnaryResponse<Response>

    func serverStreaming<Request: ProtobufMessage, Response: ProtobufMessage, Result: Sendable>(
        _ method: MethodDescriptor<Request, Response>, _ request: Request, options: CallOptions,
        _ body: @Sendable (MessageStream<Response>) async throws -> Result
    ) async throws -> Result

    func clientStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>, options: CallOptions,
        _ requests: @escaping @Sendable (MessageWriter<Request>) async throws -> Void
    ) async throws -> UnaryResponse<Response>

    func bidirectional<Request: ProtobufMessage, Response: ProtobufMessage, Result: Sendable>(
        _ method: MethodDescriptor<Request, Response>, options: CallOptions,
        _ requests: @escaping @Sendable (MessageWriter<Request>) async throws -> Void,
        _ body: @Sendable (MessageStream<Response>) async throws -> Result
    ) async throws -> Result
}
