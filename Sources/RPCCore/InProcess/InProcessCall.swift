/// One call without a wire: two pipes, and the handler's task between them.
final class InProcessCall<Request: Sendable, Response: Sendable>: Sendable {
    private struct State {
        var tasks: [Task<Void, Never>] = []
        var isOver = false
    }

    let requests = MessagePipe<Request>(capacity: 16)
    let responses = MessagePipe<Response>(capacity: 16)
    let context: ServerContext
    private let state = Guarded(State())

    init(path: String, options: CallOptions) {
        context = ServerContext(
            path: path, surface: .inProcess, metadata: options.metadata,
            deadline: options.timeout.map { .now + $0 }, peer: "in process")
    }

    /// Runs the handler, and watches the deadline.
    func start(
        _ serve:
            @escaping @Sendable (MessageStream<Request>, MessageWriter<Response>, ServerContext) async throws -> Void
    ) {
        if let deadline = context.deadline {
            guard deadline > .now else { return end(Self.late) }
            keep(
                Task {
                    guard (try? await Task.sleep(until: deadline, clock: .continuous)) != nil else { return }
                    self.end(Self.late)
                })
        }
        keep(
            Task {
                do {
                    let received = MessageStream { try await self.requests.next() }
                    let writer = MessageWriter<Response> { message, _ in try await self.responses.send(message) }
                    try await serve(received, writer, self.context)
                    self.end(nil)
                } catch {
                    self.end(self.status(of: error))
                }
            })
    }

    private static var late: RPCError { RPCError(.deadlineExceeded, "the deadline passed before the call was over") }

    /// As it would look at the other end of a wire.
    private func status(of error: any Error) -> RPCError {
        var status = RPCError(handlerError: error)
        status.cause = nil
        for entry in context.usedResponse?.trailing.entries ?? [] {
            switch entry.value {
            case .text(let text): status.metadata.add(entry.name, text)
            case .binary(let bytes): status.metadata.add(entry.name, binary: bytes)
            }
        }
        return status
    }

    /// Ends the call, if it isn't over: well, or with an error. The handler is cancelled.
    func end(_ error: RPCError?) {
        let tasks = state.withLock { state -> [Task<Void, Never>]? in
            guard !state.isOver else { return nil }
            state.isOver = true
            defer { state.tasks = [] }
            return state.tasks
        }
        guard let tasks else { return }
        responses.finish(error)
        requests.finish(error ?? RPCError(.cancelled, "the call is over"))
        for task in tasks { task.cancel() }
    }

    func cancel() {
        end(RPCError(.cancelled, "the caller cancelled the call"))
    }

    private func keep(_ task: Task<Void, Never>) {
        let isOver = state.withLock { state in
            if !state.isOver { state.tasks.append(task) }
            return state.isOver
        }
        if isOver { task.cancel() }
    }

    var received: ReceivedMetadata {
        let response = context.usedResponse
        let isOver = state.withLock { $0.isOver }
        return ReceivedMetadata(
            initial: response?.initial ?? [:], trailing: isOver ? response?.trailing ?? [:] : [:])
    }
}
