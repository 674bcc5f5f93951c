import RPCCore

/// Whether a call that failed is made again, and when: a pure value, asked after each attempt (gRFC A6).
struct RetryState {
    enum Decision: Hashable {
        case retry(after: Duration)
        case giveUp
    }

    /// What is to be known of an attempt that failed.
    struct Failure {
        var error: RPCError
        /// The server had begun its answer, or what was sent can't be sent again.
        var isCommitted: Bool
        /// What is left of the call's time; nil if it has no deadline.
        var remaining: Duration?
    }

    let policy: CallRetryPolicy
    /// How many there were, the one under way included.
    private(set) var attempts = 1
    private var backoffs = 0

    init(_ policy: CallRetryPolicy) {
        self.policy = policy
    }

    /// - Parameter takeToken: draws on the channel's tokens, and says whether any are left to go on with. Called only for
    ///   failures that count.
    mutating func attemptFailed(
        _ failure: Failure, takeToken: () -> Bool, using generator: inout some RandomNumberGenerator
    ) -> Decision {
        let pushback = Pushback(failure.error)
        let isRetryable = isRetryable(failure.error, pushback)
        guard isRetryable || pushback == .never else { return .giveUp }
        guard takeToken(), isRetryable, pushback != .never, !failure.isCommitted else { return .giveUp }
        guard attempts < min(policy.maximumAttempts, CallRetryPolicy.attemptsLimit) else { return .giveUp }
        let delay: Duration
        if case .after(let time) = pushback {
            delay = time
            backoffs = 0
        } else {
            backoffs += 1
            delay = max(policy.backoff(backoffs, using: &generator), failure.error.retryDelay ?? .zero)
        }
        if let remaining = failure.remaining, delay >= remaining { return .giveUp }
        attempts += 1
        return .retry(after: delay)
    }

    private func isRetryable(_ error: RPCError, _ pushback: Pushback) -> Bool {
        if policy.retryableCodes.contains(error.code) { return true }
        let isToldWhen = pushback != .none || error.retryDelay != nil
        return isToldWhen && policy.codesRetryableWhenToldWhen.contains(error.code)
    }
}
