internal import Logging
internal import NIOCore
internal import ProtobufRuntime
internal import RPCCore

/// How handlers run.
extension ServerStream {
    func runUnary(
        _ schema: MessageSchema,
        _ handler: @escaping @Sendable (MessageStorage, ServerContext) async throws -> MessageStorage
    ) {
        guard let request = takeOnlyMessage(schema) else { return }
        let context = makeContext()
        run { [self] in
            do {
                let response = try await handler(request, context)
                onEventLoop { self.endHandler { self.succeed(response) } }
            } catch {
                onEventLoop { self.endHandler { self.failHandler(error) } }
            }
        }
    }

    func runServerStreaming(
        _ schema: MessageSchema, _ handler: @escaping @Sendable (MessageStorage, ServerContext) async throws -> Void
    ) {
        guard let request = takeOnlyMessage(schema) else { return }
        runStreaming { try await handler(request, $0) }
    }

    func runClientStreaming(_ handler: @escaping @Sendable (ServerContext) async throws -> MessageStorage) {
        let context = makeContext()
        run { [self] in
            do {
                let response = try await handler(context)
                onEventLoop { self.endHandler { self.succeed(response) } }
            } catch {
                onEventLoop { self.endHandler { self.failHandler(error) } }
            }
        }
    }

    func runBidirectional(_ handler: @escaping @Sendable (ServerContext) async throws -> Void) {
        runStreaming(handler)
    }

    private func runStreaming(_ handler: @escaping @Sendable (ServerContext) async throws -> Void) {
        let context = makeContext()
        run { [self] in
            do {
                try await handler(context)
                onEventLoop { self.endHandler { self.succeed() } }
            } catch {
                onEventLoop { self.endHandler { self.failHandler(error) } }
            }
        }
    }

    // MARK: The task

    /// Starts the handler; `body` has to end with `endHandler`. Its deadline is watched only if it has not ended by the time that it
    /// first suspends.
    func run(_ body: @escaping @Sendable () async -> Void) {
        isHandlerRunning = true
        connection.runningHandlers += 1
        let task = connection.executor.start(body)
        guard isHandlerRunning else { return }
        self.task = task
        guard let timeout else { return }
        deadlineTimer = connection.eventLoop.scheduleTask(in: TimeAmount(timeout)) { self.deadlineExceeded() }
    }

    /// The handler has come to its end, which is answered first.
    func endHandler(_ answer: () -> Void) {
        answer()
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
            connection.logger.error(
                "a handler failed", metadata: ["path": "\(entry?.path ?? "")", "error": "\(error)"])
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
}
