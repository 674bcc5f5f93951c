internal import Logging
internal import NIOCore
internal import ProtobufRuntime
internal import RPCCore

/// How handlers run.
extension ServerStream {
    /// Starts the handler; `body` has to end with one of the `handlerEnded`. Its deadline is watched only if it has not ended
    /// by the time that it first suspends.
    @inline(__always)
    func run(_ body: @escaping @Sendable () async -> Void) {
        isHandlerRunning = true
        connection.runningHandlers += 1
        didStart(connection.handlers.start(body))
    }

    private func didStart(_ task: HandlerTask) {
        guard isHandlerRunning else { return }
        self.task = task
        isHandlerCounted = true
        connection.load.handlerWaits()
        connection.heldBytes.add(requestSize)
        guard let timeout = head?.timeout else { return }
        deadlineTimer = connection.eventLoop.scheduleTask(in: TimeAmount(timeout)) { self.deadlineExceeded() }
    }

    // MARK: The end

    /// The handler has returned the one message of its answer.
    func handlerEnded(_ response: MessageStorage) {
        guard connection.eventLoop.inEventLoop else {
            return connection.eventLoop.execute { self.handlerEnded(response) }
        }
        succeed(response)
        handlerEnded()
    }

    /// The handler has returned; its messages have been written before.
    func streamingHandlerEnded() {
        onEventLoop {
            self.succeed()
            self.handlerEnded()
        }
    }

    func handlerEnded(throwing error: any Error) {
        onEventLoop {
            self.failHandler(error)
            self.handlerEnded()
        }
    }

    /// The handler has come to its end, and that has been answered.
    func handlerEnded() {
        isHandlerRunning = false
        connection.runningHandlers -= 1
        if isHandlerCounted {
            connection.load.handlerEnded()
            connection.heldBytes.add(-requestSize)
        }
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
        // What the handler did not mean to tell: the log is the only place where it can be seen.
        if status.code == .unknown, let cause = status.cause {
            connection.logger.error(
                "a handler failed",
                metadata: ["path": "\(path)", "error": "\(String(reflecting: "\(cause)"))"])
        }
        fail(status)
    }

    private var path: String {
        if case .rpc(let entry) = head?.route { entry.path } else { "" }
    }

    func makeContext() -> ServerContext {
        let receivedAt = connection.instantOfRead
        let context = ServerContext(
            path: path, surface: .grpc, metadata: head?.metadata ?? Metadata(),
            deadline: head?.timeout.map { receivedAt.advanced(by: $0) }, receivedAt: receivedAt, peer: connection.peer,
            isRequestCompressed: lastMessageWasCompressed, peerIdentity: connection.peerIdentity)
        self.context = context
        return context
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
