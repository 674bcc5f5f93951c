import NIOCore
import RPCCore
import Synchronization

/// From the caller to the server, where the request messages come one by one.
extension ClientCall {
    func write(_ message: ByteBuffer) async throws(RPCError) {
        try put(message)
        try await waitForRoom()
    }

    /// The same without waiting.
    func put(_ message: ByteBuffer) throws(RPCError) {
        try put { state in
            state.outbox.writeImmutableBuffer(message)
            state.unsentBytes += message.readableBytes
        }
    }

    /// What is to be sent as soon as the call is started.
    func preload(_ messages: ByteBuffer, isHalfClosed: Bool) {
        state.withLock { state in
            state.outbox.writeImmutableBuffer(messages)
            state.unsentBytes += messages.readableBytes
            state.isHalfClosed = isHalfClosed
        }
    }

    func halfClose() {
        // An error would say that the call is over, which is known to who waits for the response.
        try? put { $0.isHalfClosed = true }
    }

    private func put(_ change: (inout State) -> Void) throws(RPCError) {
        let isAskedNow = try state.withLock { state throws(RPCError) in
            if let end = state.end { throw end.error ?? RPCError(.cancelled, "the server has ended the call") }
            change(&state)
            defer { state.isPickUpAsked = true }
            return !state.isPickUpAsked
        }
        if isAskedNow { commands.submit(.pickUp(self)) }
    }

    func waitForRoom() async throws(RPCError) {
        let isTheWriter = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if state.end != nil || state.unsentBytes < limits.unsentBytes { return true }
                    if state.writer != nil { return false }
                    state.writer = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            cancel()
        }
        guard isTheWriter else { throw RPCError(.failedPrecondition, "a request stream has one writer at a time") }
    }

    // MARK: The event loop's side

    /// Moves what was written to the stream, and says whether that was all.
    func pickUp(into bytes: inout ByteQueue) -> Bool {
        state.withLock { state in
            state.isPickUpAsked = false
            bytes.append(state.outbox)
            state.outbox.clear()
            return state.isHalfClosed
        }
    }

    /// That many bytes have left for the socket.
    func sent(_ count: Int) {
        let writer = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            state.unsentBytes -= count
            guard state.unsentBytes < limits.unsentBytes else { return nil }
            defer { state.writer = nil }
            return state.writer
        }
        writer?.resume(returning: true)
    }
}
