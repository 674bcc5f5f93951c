import NIOCore
public import ProtobufRuntime
public import RPCCore

/// The four kinds of call: one ``ClientCall`` each, used in four ways.
extension HTTP2ClientChannel: ClientChannel {
    public func unary<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>, _ request: Request, options: CallOptions
    ) async throws -> UnaryResponse<Response> {
        let message = Self.frame(request, options.compression)
        switch start(method, message: message, expectsOneResponse: true, options: options) {
        case .once(let call): return try await Self.response(of: call)
        case .retried(let call): return try await whileOpen(call) { try await Self.response(of: call) }
        case .hedged(let call): return try Self.decode(try await call.response(), configuration.callLimits)
        }
    }

    public func serverStreaming<Request: ProtobufMessage, Response: ProtobufMessage, Result: Sendable>(
        _ method: MethodDescriptor<Request, Response>, _ request: Request, options: CallOptions,
        _ body: @Sendable (MessageStream<Response>) async throws -> Result
    ) async throws -> Result {
        let message = Self.frame(request, options.compression)
        let call = startStreaming(method, message: message, expectsOneResponse: false, options: options)
        return try await whileOpen(call) { try await body(Self.messages(of: call)) }
    }

    public func clientStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ method: MethodDescriptor<Request, Response>, options: CallOptions,
        _ requests: @escaping @Sendable (MessageWriter<Request>) async throws -> Void
    ) async throws -> UnaryResponse<Response> {
        let call = startStreaming(method, message: nil, expectsOneResponse: true, options: options)
        return try await producing(requests, for: call) { try await Self.response(of: call) }
    }

    public func bidirectional<Request: ProtobufMessage, Response: ProtobufMessage, Result: Sendable>(
        _ method: MethodDescriptor<Request, Response>, options: CallOptions,
        _ requests: @escaping @Sendable (MessageWriter<Request>) async throws -> Void,
        _ body: @Sendable (MessageStream<Response>) async throws -> Result
    ) async throws -> Result {
        let call = startStreaming(method, message: nil, expectsOneResponse: false, options: options)
        return try await producing(requests, for: call) { try await body(Self.messages(of: call)) }
    }

    private func startStreaming<Request, Response>(
        _ method: MethodDescriptor<Request, Response>, message: ByteBuffer?, expectsOneResponse: Bool,
        options: CallOptions
    ) -> any OngoingCall {
        switch start(method, message: message, expectsOneResponse: expectsOneResponse, options: options) {
        case .once(let call): call
        case .retried(let call): call
        case .hedged: preconditionFailure("only unary calls are hedged")
        }
    }

    // MARK: Scope

    /// Runs what reads the response. The call is over when it returns, and cancelled when the task is.
    private func whileOpen<Result: Sendable>(
        _ call: some OngoingCall, _ body: () async throws -> Result
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

    /// The same, while a task of its own writes the requests. When the call is over, it is cancelled.
    private func producing<Request: ProtobufMessage, Result: Sendable>(
        _ requests: @escaping @Sendable (MessageWriter<Request>) async throws -> Void, for call: some OngoingCall,
        _ body: () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    let writer = MessageWriter<Request> { message, compressed in
                        try await call.write(Self.frame(message, compressed ? call.request.compression : nil))
                    }
                    try await requests(writer)
                    call.halfClose()
                } catch let error as RPCError {
                    call.end(CallEnd(error: error))
                } catch is CancellationError {
                    call.cancel()
                } catch {
                    call.end(.failed(.cancelled, "the requests could not be made", cause: error))
                }
            }
            defer { group.cancelAll() }
            return try await whileOpen(call, body)
        }
    }

    // MARK: Messages

    private static func frame(_ message: some ProtobufMessage, _ compression: Compression?) -> ByteBuffer {
        var buffer = ByteBuffer()
        if let compression {
            MessageFraming.write(message.storage, compression, to: &buffer)
        } else {
            MessageFraming.write(message, to: &buffer)
        }
        return buffer
    }

    private static func messages<Response: ProtobufMessage>(of call: some OngoingCall) -> MessageStream<Response> {
        MessageStream(metadata: { call.receivedMetadata }) {
            try await call.nextMessage().map { try decode($0, call.limits) }
        }
    }

    private static func response<Response: ProtobufMessage>(
        of call: some OngoingCall
    ) async throws(RPCError) -> UnaryResponse<Response> {
        try decode(try await call.response(), call.limits)
    }

    private static func decode<Response: ProtobufMessage>(
        _ response: UnaryResponse<ReceivedMessage>, _ limits: ClientCall.Limits
    ) throws(RPCError) -> UnaryResponse<Response> {
        UnaryResponse(
            message: try decode(response.message, limits), initialMetadata: response.initialMetadata,
            trailingMetadata: response.trailingMetadata, wasCompressed: response.wasCompressed)
    }

    /// Decompressed here, by the task that takes it: the event loop has other calls to see to, and what waits stays small.
    private static func decode<Response: ProtobufMessage>(
        _ message: ReceivedMessage, _ limits: ClientCall.Limits
    ) throws(RPCError) -> Response {
        do {
            guard let compression = message.compression else { return try Response(serialized: message.bytes) }
            return try message.bytes.withUnsafeBytes { bytes in
                try MessageCompressor.ofThisThread.withDecompressed(bytes, compression, limit: limits.messageBytes) {
                    try Response(storage: MessageStorage(Response.schema, serialized: RawSpan(_unsafeBytes: $0)))
                }
            }
        } catch DecompressionError.tooLarge(let limit) {
            throw RPCError(.resourceExhausted, "a response message of more than \(limit) bytes, once decompressed")
        } catch DecompressionError.damaged(let damage) {
            throw RPCError(.internalError, "a response message can't be decompressed: \(damage)")
        } catch {
            throw RPCError(.internalError, "the response can't be decoded", cause: error)
        }
    }
}
