import NIOCore
import RPCCore

/// A call that is made again when it fails, as a ``RetryState`` decides. The task that reads its answer does that: there is no other.
///
/// What the caller writes is kept, up to a limit, until the server begins to answer: then, or beyond the limit, the attempt that is
/// under way is the last one.
final class RetriedCall: OngoingCall {
    /// Makes an attempt, which is not started yet.
    typealias MakeCall = @Sendable (_ previousAttempts: Int, _ deadline: NIODeadline) -> ClientCall

    struct State {
        var call: ClientCall
        var retry: RetryState
        /// The request messages so far.
        var sent = ByteBuffer()
        var isHalfClosed = false
        /// Whether what was sent can be sent again.
        var isReplayable = true
        /// The caller has ended the call.
        var end: CallEnd?
        /// The last attempt has failed, and there will be no other.
        var isOver = false
        /// Waits for the next attempt, or for the end.
        var writer: CheckedContinuation<Void, Never>?
    }

    private let deadline: NIODeadline
    private let maximumSentBytes: Int
    private let throttle: RetryThrottle?
    private let makeCall: MakeCall
    private let state: Guarded<State>

    /// - Parameters:
    ///   - deadline: for all attempts together.
    ///   - maximumSentBytes: of request messages that come one by one.
    init(
        _ policy: CallRetryPolicy, deadline: NIODeadline, maximumSentBytes: Int, throttle: RetryThrottle?,
        makeCall: @escaping MakeCall
    ) {
        self.deadline = deadline
        self.maximumSentBytes = maximumSentBytes
        self.throttle = throttle
        self.makeCall = makeCall
        let first = makeCall(0, Self.deadline(of: policy, within: deadline))
        state = Guarded(State(call: first, retry: RetryState(policy)))
        first.start()
    }

    private static func deadline(of policy: CallRetryPolicy, within deadline: NIODeadline) -> NIODeadline {
        guard let time = policy.attemptTimeout else { return deadline }
        return min(deadline, .now() + TimeAmount(time))
    }

    private var current: ClientCall { state.withLock { $0.call } }

    var request: CallRequest { current.request }
    var limits: ClientCall.Limits { current.limits }
    var receivedMetadata: ReceivedMetadata { current.receivedMetadata }

    // MARK: Reading

    func response() async throws(RPCError) -> UnaryResponse<ReceivedMessage> {
        while true {
            let call = current
            do {
                let response = try await call.response()
                throttle?.succeeded()
                return response
            } catch {
                try await makeNext(after: call, error)
            }
        }
    }

    func nextMessage() async throws(RPCError) -> ReceivedMessage? {
        while true {
            let call = current
            do {
                let message = try await call.nextMessage()
                commit(message == nil)
                return message
            } catch {
                try await makeNext(after: call, error)
            }
        }
    }

    /// The server has begun to answer, or has ended well.
    private func commit(_ isEnd: Bool) {
        let isFirst = state.withLock { state in
            defer {
                state.isReplayable = false
                state.sent = ByteBuffer()
            }
            return state.isReplayable
        }
        // A call whose answer has begun has not failed.
        if isFirst || isEnd { throttle?.succeeded() }
    }

    /// Waits, and starts the next attempt; or throws what the call has come to.
    private func makeNext(after call: ClientCall, _ error: RPCError) async throws(RPCError) {
        let wait = try decide(after: call, error)
        do {
            try await Task.sleep(for: wait)
        } catch {
            end(.cancelled)
        }
        let next = makeCall(previousAttempts, Self.deadline(of: policy, within: deadline))
        let (end, writer) = state.withLock { state -> (CallEnd?, CheckedContinuation<Void, Never>?) in
            if let end = state.end { return (end, nil) }
            next.preload(state.sent, isHalfClosed: state.isHalfClosed)
            state.call = next
            defer { state.writer = nil }
            return (nil, state.writer)
        }
        if let end { throw end.error ?? RPCError(.cancelled, "the caller ended the call") }
        next.start()
        writer?.resume()
    }

    private var policy: CallRetryPolicy { state.withLock { $0.retry.policy } }
    private var previousAttempts: Int { state.withLock { $0.retry.attempts - 1 } }

    private func decide(after call: ClientCall, _ error: RPCError) throws(RPCError) -> Duration {
        let now = NIODeadline.now()
        let isAnswered = call.isCommitted
        let remaining = deadline == .distantFuture ? nil : Duration(deadline - now)
        let (decision, end, attempts, writer) = state.withLock {
            state -> (RetryState.Decision, CallEnd?, Int, CheckedContinuation<Void, Never>?) in
            // Not captured: it has no size, and the thread sanitizer looks at where a captured one would be.
            var generator = SystemRandomNumberGenerator()
            let attempts = state.retry.attempts
            let failure = RetryState.Failure(
                error: error, isCommitted: isAnswered || !state.isReplayable, remaining: remaining)
            let decision = state.retry.attemptFailed(
                failure, takeToken: { throttle?.failed() ?? true }, using: &generator)
            if case .retry = decision, state.end == nil { return (decision, nil, attempts, nil) }
            state.isOver = true
            defer { state.writer = nil }
            return (decision, state.end, attempts, state.writer)
        }
        writer?.resume()
        var error = error
        if case .retry(let wait) = decision {
            guard let end else { return wait }
            // It would have gone on, had its caller not ended it.
            error = end.error ?? RPCError(.cancelled, "the caller ended the call")
        }
        error.attempts = attempts
        throw error
    }

    // MARK: Writing

    func write(_ message: ByteBuffer) async throws(RPCError) {
        let call = try state.withLock { state throws(RPCError) -> ClientCall in
            try Self.check(state)
            if state.isReplayable {
                if state.sent.readableBytes + message.readableBytes > maximumSentBytes {
                    state.isReplayable = false
                    state.sent = ByteBuffer()
                } else {
                    state.sent.writeImmutableBuffer(message)
                }
            }
            do throws(RPCError) {
                try state.call.put(message)
            } catch {
                // The next attempt sends it, if there is one.
                guard state.isReplayable else { throw error }
            }
            return state.call
        }
        try await call.waitForRoom()
        if call.isOver { await waitForNext(after: call) }
    }

    /// An attempt has failed while requests are still written: whether there is another one is decided by who reads the answer.
    private func waitForNext(after call: ClientCall) async {
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                guard state.call === call, !state.isOver, state.end == nil, state.isReplayable else { return false }
                // A stream has one writer at a time; a second one does not wait.
                guard state.writer == nil else { return false }
                state.writer = continuation
                return true
            }
            if !mustWait { continuation.resume() }
        }
    }

    private static func check(_ state: State) throws(RPCError) {
        if let error = state.end?.error { throw error }
        if state.isOver { throw RPCError(.cancelled, "the call is over") }
    }

    func halfClose() {
        state.withLock { state in
            state.isHalfClosed = true
            state.call.halfClose()
        }
    }

    func end(_ end: CallEnd) {
        let (call, writer) = state.withLock { state -> (ClientCall, CheckedContinuation<Void, Never>?) in
            if state.end == nil { state.end = end }
            defer { state.writer = nil }
            return (state.call, state.writer)
        }
        writer?.resume()
        call.end(end)
    }
}
