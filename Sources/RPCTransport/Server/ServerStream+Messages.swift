internal import NIOCore
internal import ProtobufRuntime
internal import RPCCore

/// How messages come in and go out, and who waits for whom.
extension ServerStream {
    // MARK: In

    /// The message of a call that has one; nil if the call was failed instead.
    func takeOnlyMessage(_ schema: MessageSchema) -> MessageStorage? {
        do {
            guard let request = try takeMessage(schema) else {
                fail(incoming.bufferedBytes == 0 ? .wrongCount("the request has no message") : .endedInside)
                return nil
            }
            requestSize = lastMessageSize
            guard incoming.bufferedBytes == 0 else {
                fail(.wrongCount("the request has more than one message"))
                return nil
            }
            return request
        } catch {
            fail(RPCError(handlerError: error))
            return nil
        }
    }

    private func takeMessage(_ schema: MessageSchema) throws -> MessageStorage? {
        do {
            let message = try incoming.next { try decode(schema, $0, isCompressed: $1) }
            countBuffered()
            return message
        } catch let error as ProtobufError {
            throw RPCError(requestError: error)
        } catch let error as MessageFramingError {
            throw RPCError(error)
        } catch let error as DecompressionError {
            throw RPCError(requestError: error)
        }
    }

    private func decode(
        _ schema: MessageSchema, _ bytes: UnsafeRawBufferPointer, isCompressed: Bool
    ) throws -> MessageStorage {
        lastMessageWasCompressed = isCompressed
        lastMessageSize = bytes.count
        // Without an encoding, no message that says it is compressed gets here.
        guard isCompressed, let encoding = compression.request else {
            return try MessageStorage(schema, serialized: RawSpan(_unsafeBytes: bytes))
        }
        let limit = connection.configuration.maximumMessageBytes
        return try MessageCompressor.ofThisThread.withDecompressed(bytes, encoding, limit: limit) {
            lastMessageSize = $0.count
            return try MessageStorage(schema, serialized: RawSpan(_unsafeBytes: $0))
        }
    }

    private enum Arrival: Sendable {
        case message(MessageStorage)
        case end
        case later
    }

    private func arrived(_ schema: MessageSchema) throws -> Arrival {
        if let message = try takeMessage(schema) {
            giveBackWindow()
            notePart()
            connection.needsDrain()
            return .message(message)
        }
        guard state.peerEnded else { return .later }
        if incoming.bufferedBytes > 0 {
            throw RPCError.endedInside
        }
        return .end
    }

    /// The peer's messages, for a handler that takes them as they come.
    func messages<Message: ProtobufMessage>() -> MessageStream<Message> {
        MessageStream(
            metadata: { ReceivedMetadata(lastMessageWasCompressed: self.lastMessageWasCompressed) },
            next: { try await self.nextMessage(Message.schema).map { Message(storage: $0) } })
    }

    private func nextMessage(_ schema: MessageSchema) async throws -> MessageStorage? {
        while true {
            let arrival =
                connection.eventLoop.inEventLoop
                ? try arrived(schema) : try await connection.eventLoop.submit { try self.arrived(schema) }.get()
            switch arrival {
            case .message(let message): return message
            case .end: return nil
            case .later: try await wait(\.arrival) { !self.incoming.hasMessage && !self.state.peerEnded }
            }
        }
    }

    // MARK: Out

    func writer<Message: ProtobufMessage>() -> MessageWriter<Message> {
        MessageWriter { try await self.write($0.storage, compressed: $1) }
    }

    private func write(_ message: MessageStorage, compressed: Bool) async throws {
        let hasRoom =
            connection.eventLoop.inEventLoop
            ? try enqueue(message, compressed: compressed)
            : try await connection.eventLoop.submit { try self.enqueue(message, compressed: compressed) }.get()
        if !hasRoom { try await waitForRoom() }
    }

    /// Whether the handler may write more before the peer has read.
    var hasRoom: Bool {
        outgoing.queuedBytes <= queueLimit
    }

    func waitForRoom() async throws {
        try await wait(\.room) { !self.hasRoom }
    }

    /// Returns whether there is room for more.
    private func enqueue(_ message: MessageStorage, compressed: Bool) throws -> Bool {
        guard let headersNeeded = state.beginResponse() else {
            throw RPCError(.cancelled, "the call is over")
        }
        if headersNeeded {
            let response = context?.usedResponse
            chooseCompression(response)
            append(message, compressed: compressed)
            submitResponseHeaders(response)
        } else {
            append(message, compressed: compressed)
            session.outgoingChanged(self)
        }
        connection.needsDrain()
        return hasRoom
    }

    func append(_ message: MessageStorage, compressed: Bool) {
        if compressed, let encoding = compression.response {
            MessageFraming.write(message, encoding, to: &outgoing.bytes)
        } else {
            MessageFraming.write(message, to: &outgoing)
        }
        countQueued()
    }

    /// Suspends until the waiters are woken, unless by then there is no need. A task that is cancelled while it waits is
    /// woken with an error, and so is everyone who waits later.
    private func wait(
        _ waiters: any ReferenceWritableKeyPath<ServerStream, Waiters> & Sendable,
        while needed: @escaping @Sendable () -> Bool
    ) async throws {
        try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                onEventLoop {
                    self[keyPath: waiters].add(continuation)
                    if !needed() { self[keyPath: waiters].wakeAll() }
                }
            }
        } onCancel: {
            onEventLoop { self[keyPath: waiters].failAll(CancellationError()) }
        }
    }
}
