/// The messages of one direction of an in-process call: a bounded queue between one writer and one reader.
final class MessagePipe<Element: Sendable>: Sendable {
    private struct State {
        var messages: [Element] = []
        var isFinished = false
        /// Why the call broke off; what was not taken by then is gone.
        var error: RPCError?
        var reader: CheckedContinuation<Bool, Never>?
        var writer: CheckedContinuation<Void, Never>?
    }

    private enum Step {
        case message(Element?, wakes: CheckedContinuation<Void, Never>?)
        case wait
    }

    /// From here on writers wait.
    private let capacity: Int
    private let state = Guarded(State())

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Returns when there is room for more.
    func send(_ message: Element) async throws(RPCError) {
        let reader = try state.withLock { state throws(RPCError) -> CheckedContinuation<Bool, Never>? in
            if let error = state.error { throw error }
            if state.isFinished { throw RPCError(.cancelled, "the call is over") }
            state.messages.append(message)
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: true)
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                guard state.messages.count >= capacity, !state.isFinished, state.writer == nil else { return false }
                state.writer = continuation
                return true
            }
            if !mustWait { continuation.resume() }
        }
    }

    /// The next message; nil once there are no more.
    func next() async throws(RPCError) -> Element? {
        while true {
            let step = try state.withLock { state throws(RPCError) -> Step in
                if let error = state.error { throw error }
                guard !state.messages.isEmpty else { return state.isFinished ? .message(nil, wakes: nil) : .wait }
                defer { state.writer = nil }
                return .message(state.messages.removeFirst(), wakes: state.writer)
            }
            if case .message(let message, let writer) = step {
                writer?.resume()
                return message
            }
            try await waitForMessage()
        }
    }

    private func waitForMessage() async throws(RPCError) {
        let isTheReader = await withCheckedContinuation { continuation in
            let answer: Bool? = state.withLock { state in
                guard state.messages.isEmpty, !state.isFinished else { return true }
                guard state.reader == nil else { return false }
                state.reader = continuation
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
        guard isTheReader else { throw RPCError(.failedPrecondition, "a stream has one reader at a time") }
    }

    /// No more messages come; with an error those that were not taken are dropped.
    func finish(_ error: RPCError? = nil) {
        typealias Waiting = (CheckedContinuation<Bool, Never>?, CheckedContinuation<Void, Never>?)
        let (reader, writer) = state.withLock { state -> Waiting in
            guard state.error == nil else { return (nil, nil) }
            state.isFinished = true
            state.error = error
            defer {
                state.reader = nil
                state.writer = nil
            }
            return (state.reader, state.writer)
        }
        reader?.resume(returning: true)
        writer?.resume()
    }
}
