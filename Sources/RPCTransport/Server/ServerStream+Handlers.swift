internal import Logging
internal import NIOCore
internal import ProtobufRuntime
internal import RPCCore

/// How handlers run.
extension ServerStream {
    func runUnary<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ handler: @escaping @Sendable (Request, ServerContext) async throws -> Response
    ) {
        guard let request: Request = takeOnlyMessage() else { return }
        let context = makeContext()
        run { [self] in
            do {
                let response = try await handler(request, context)
                onEventLoop { self.succeed(response) }
            } catch {
                onEventLoop { self.failHandler(error) }
            }
        }
    }

    func runServerStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ handler: @escaping @Sendable (Request, MessageWriter<Response>, ServerContext) async throws -> Void
    ) {
        guard let request: Request = takeOnlyMessage() else { return }
        let context = makeContext()
        let writer = MessageWriter<Response> { try await self.write($0) }
        run { [self] in
            do {
                try await handler(request, writer, context)
                onEventLoop { self.succeed() }
            } catch {
                onEventLoop { self.failHandler(error) }
            }
        }
    }

    func runClientStreaming<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ handler: @escaping @Sendable (MessageStream<Request>, ServerContext) async throws -> Response
    ) {
        let context = makeContext()
        let requests = MessageStream<Request> { try await self.nextMessage() }
        run { [self] in
            do {
                let response = try await handler(requests, context)
                onEventLoop { self.succeed(response) }
            } catch {
                onEventLoop { self.failHandler(error) }
            }
        }
    }

    func runBidirectional<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ handler: @escaping @Sendable (
            MessageStream<Request>, MessageWriter<Response>, ServerContext
        ) async throws -> Void
    ) {
        let context = makeContext()
        let requests = MessageStream<Request> { try await self.nextMessage() }
        let writer = MessageWriter<Response> { try await self.write($0) }
        run { [self] in
            do {
                try await handler(requests, writer, context)
                onEventLoop { self.succeed() }
            } catch {
                onEventLoop { self.failHandler(error) }
            }
        }
    }

    // MARK: The task

    /// Starts the handler. Its deadline is watched only if it has not ended by the time that it first suspends.
    func run(_ body: @escaping @Sendable () async -> Void) {
        isHandlerRunning = true
        connection.runningHandlers += 1
        let task = connection.executor.start { [self] in
            await body()
            onEventLoop { self.handlerEnded() }
        }
        guard isHandlerRunning else { return }
        self.task = task
        guard let timeout else { return }
        deadlineTimer = connection.eventLoop.scheduleTask(in: TimeAmount(timeout)) { self.deadlineExceeded() }
    }

    private func handlerEnded() {
        isHandlerRunning = false
        connection.runningHandlers -= 1
        task = nil
        deadlineTimer?.cancel()
        deadlineTimer = nil
    }

    private func deadlineExceeded() {
        let isStuck = outgoing.queuedBytes > 0
        fail(RPCError(.deadlineExceeded, "the call's deadline has passed", reason: "DEADLINE_EXCEEDED"))
        task?.cancel()
        // A peer that does not read would keep the stream for ever.
        if isStuck {
            session.reset(self, .cancel)
            connection.needsDrain()
        }
    }

    private func failHandler(_ error: any Error) {
        let status = RPCError(handlerError: error)
        if status.code == .unknown {
            connection.logger.error("a handler failed", metadata: ["path": "\(entry?.path ?? "")", "error": "\(error)"])
        }
        fail(status)
    }

    private func makeContext() -> ServerContext {
        let response = ResponseMetadata()
        self.response = response
        return ServerContext(
            path: entry?.path ?? "", surface: .grpc, metadata: metadata,
            deadline: timeout.map { ContinuousClock.now.advanced(by: $0) }, peer: connection.peer, response: response)
    }

    /// Runs on the connection's event loop: at once where that is where we are, which is nearly always.
    func onEventLoop(_ body: @escaping @Sendable () -> Void) {
        if connection.eventLoop.inEventLoop {
            body()
        } else {
            connection.eventLoop.execute(body)
        }
    }

    // MARK: Messages in

    /// The message of a call that has one; nil if the call was failed instead.
    private func takeOnlyMessage<Request: ProtobufMessage>() -> Request? {
        do {
            guard let request: Request = try takeMessage() else {
                fail(RPCError(.internalError, "the request ended before its message", reason: "MESSAGE_MALFORMED"))
                return nil
            }
            guard incoming.bufferedBytes == 0 else {
                fail(RPCError(.internalError, "the request has more than one message", reason: "MESSAGE_MALFORMED"))
                return nil
            }
            return request
        } catch {
            fail(RPCError(handlerError: error))
            return nil
        }
    }

    private func takeMessage<Message: ProtobufMessage>() throws -> Message? {
        do {
            let message = try incoming.next { try Message(serialized: RawSpan(_unsafeBytes: $0)) }
            countBuffered()
            return message
        } catch let error as ProtobufError {
            throw RPCError(requestError: error)
        } catch let error as MessageFramingError {
            throw RPCError(error)
        }
    }

    private enum Arrival<Message: Sendable>: Sendable {
        case message(Message)
        case end
        case later
    }

    private func arrived<Message: ProtobufMessage>() throws -> Arrival<Message> {
        if let message: Message = try takeMessage() {
            giveBackWindow()
            connection.needsDrain()
            return .message(message)
        }
        guard state.peerEnded else { return .later }
        if incoming.bufferedBytes > 0 {
            throw RPCError(.internalError, "the request ended inside a message", reason: "MESSAGE_MALFORMED")
        }
        return .end
    }

    private func nextMessage<Message: ProtobufMessage>() async throws -> Message? {
        while true {
            let arrival: Arrival<Message> =
                connection.eventLoop.inEventLoop
                ? try arrived() : try await connection.eventLoop.submit { try self.arrived() }.get()
            switch arrival {
            case .message(let message): return message
            case .end: return nil
            case .later: try await wait(\.arrival) { !self.incoming.hasMessage && !self.state.peerEnded }
            }
        }
    }

    // MARK: Messages out

    private func write(_ message: some ProtobufMessage) async throws {
        let hasRoom =
            connection.eventLoop.inEventLoop
            ? try enqueue(message) : try await connection.eventLoop.submit { try self.enqueue(message) }.get()
        if !hasRoom { try await wait(\.room) { !self.hasRoom } }
    }

    private var hasRoom: Bool {
        outgoing.queuedBytes <= connection.configuration.maximumQueuedBytesPerStream
    }

    /// Returns whether there is room for more.
    private func enqueue(_ message: some ProtobufMessage) throws -> Bool {
        guard let headersNeeded = state.beginResponse() else {
            throw RPCError(.cancelled, "the call is over")
        }
        MessageFraming.write(message, to: &outgoing.bytes)
        if headersNeeded {
            submitResponseHeaders()
        } else {
            session.outgoingChanged(self)
        }
        connection.needsDrain()
        return hasRoom
    }

    /// Suspends until the waiters are woken, unless by then there is no need. A task that is cancelled while it waits is
    /// woken with an error, and so is everyone who waits later.
    private func wait(
        _ waiters: any ReferenceWritableKeyPath<ServerStream, Waiters> & Sendable, while needed: @escaping @Sendable () -> Bool
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
