import RPCCore

/// When a hedged call is sent again, and when it is over: a pure value (gRFC A6, "Hedging Policy").
struct HedgingState {
    enum Action: Hashable {
        /// Send it once more. The next one follows after the policy's delay, unless something happens before.
        case send
        /// The same, after that time.
        case sendLater(Duration)
        /// The others may still succeed.
        case wait
        /// The call ends as this attempt did.
        case end
    }

    private let policy: CallHedgingPolicy
    private var outstanding = 0
    private(set) var attempts = 0
    private var mayGoOn = true

    init(_ policy: CallHedgingPolicy) {
        self.policy = policy
    }

    private var hasMore: Bool {
        mayGoOn && attempts < min(policy.maximumAttempts, CallRetryPolicy.attemptsLimit)
    }

    /// Whether another one may follow, after the policy's delay.
    mutating func sent() -> Bool {
        attempts += 1
        outstanding += 1
        return hasMore
    }

    /// The wait before the next attempt is over.
    ///
    /// - Parameter isOpen: whether the channel's tokens allow repetitions.
    func delayPassed(isOpen: Bool) -> Action {
        hasMore && isOpen ? .send : outstanding > 0 ? .wait : .end
    }

    /// - Parameter takeToken: as in ``RetryState``.
    mutating func attemptFailed(_ error: RPCError, takeToken: () -> Bool) -> Action {
        outstanding -= 1
        let pushback = Pushback(error)
        guard policy.nonFatalCodes.contains(error.code) || pushback == .never else { return .end }
        let isOpen = takeToken()
        guard policy.nonFatalCodes.contains(error.code) else { return .end }
        if pushback == .never { mayGoOn = false }
        guard hasMore, isOpen else { return outstanding > 0 ? .wait : .end }
        if case .after(let time) = pushback { return .sendLater(time) }
        if let time = error.retryDelay { return .sendLater(time) }
        return .send
    }
}
