import NIOCore
import RPCCore
import Synchronization

/// From the server to the caller.
extension ClientCall {
    private enum Step {
        case message(ReceivedMessage, releasing: Int)
        case end(CallEnd)
        case wait
    }

    func nextMessage() async throws(RPCError) -> ReceivedMessage? {
        while true {
            switch state.withLock({ take(&$0) }) {
            case .message(let message, let count):
                if count > 0 { commands.submit(.release(self, bytes: count)) }
                return message
            case .end(let end):
                if let error = end.error { throw error }
                return nil
            case .wait:
                try await waitForServer(toEnd: false)
            }
        }
    }

    func response() async throws(RPCError) -> UnaryResponse<ReceivedMessage> {
        try await waitForServer(toEnd: true)
        let (message, initialMetadata, end) = state.withLock { ($0.messages.first, $0.initialMetadata, $0.end) }
        if let error = end?.error { throw error }
        // The stream's state machine lets no such call end well.
        guard let message else { throw RPCError(.internalError, "the call ended without a message") }
        return UnaryResponse(
            message: message, initialMetadata: initialMetadata, trailingMetadata: end?.trailingMetadata ?? [:],
            wasCompressed: message.compression != nil)
    }

    var receivedMetadata: ReceivedMetadata {
        state.withLock {
            ReceivedMetadata(
                initial: $0.initialMetadata, trailing: $0.end?.trailingMetadata ?? [:],
                lastMessageWasCompressed: $0.lastMessageWasCompressed)
        }
    }

    private func take(_ state: inout State) -> Step {
        guard let message = state.messages.popFirst() else { return state.end.map { .end($0) } ?? .wait }
        state.messageBytes -= message.bytes.count
        state.lastMessageWasCompressed = message.compression != nil
        guard state.messageBytes < limits.receivedBytes else { return .message(message, releasing: 0) }
        defer { state.withheldBytes = 0 }
        return .message(message, releasing: state.withheldBytes)
    }

    /// Waits for a message or the end. Cancelling the task that waits cancels the call.
    private func waitForServer(toEnd: Bool) async throws(RPCError) {
        let isTheReader = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if state.end != nil || (!toEnd && !state.messages.isEmpty) { return true }
                    if state.reader != nil { return false }
                    state.reader = Reader(continuation: continuation, waitsForEnd: toEnd)
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            cancel()
        }
        guard isTheReader else { throw RPCError(.failedPrecondition, "a response stream has one reader at a time") }
    }

    // MARK: The event loop's side

    /// The response's headers have come.
    func begin(_ metadata: Metadata) {
        guard !metadata.isEmpty else { return }
        state.withLock { $0.initialMetadata = metadata }
    }

    func deliver(_ message: ReceivedMessage) {
        let reader = state.withLock { state -> Reader? in
            guard state.end == nil else { return nil }
            state.messages.append(message)
            state.messageBytes += message.bytes.count
            guard let reader = state.reader, !reader.waitsForEnd else { return nil }
            state.reader = nil
            return reader
        }
        reader?.continuation.resume(returning: true)
    }

    /// Whether the server may have its window for those bytes back now. If not, `release` follows.
    func mayRelease(_ count: Int) -> Bool {
        state.withLock { state in
            if state.messageBytes < limits.receivedBytes || state.end != nil { return true }
            state.withheldBytes += count
            return false
        }
    }
}
