import RPCCore

/// When a failed call is made again, and how often.
///
/// Only calls that may be repeated are: those that read, those whose repetition changes nothing, and appends, which carry
/// their message ids from the first attempt on, so that the server knows a repetition when it sees one.
public struct RetryPolicy: Sendable, Hashable {
    /// Attempts of one call, the first included; 1 means no retries.
    public var maximumAttempts = 5
    /// The wait after the first attempt, jitter aside. Each further one is longer.
    public var initialBackoff: Duration = .milliseconds(100)
    /// No wait is longer, jitter aside, unless the server asked for it.
    public var maximumBackoff: Duration = .seconds(5)
    /// From one wait to the next.
    public var multiplier: Double = 2
    /// The share by which a wait is made longer or shorter at random, 0 to 1: callers that failed together don't come back
    /// together.
    public var jitter: Double = 0.2
    /// How long one attempt may take; what is left of the call's own time goes to the next one. Nil: all of it.
    public var attemptTimeout: Duration? = .seconds(5)

    public init() {}

    /// No call is made twice.
    public static var never: RetryPolicy {
        var policy = RetryPolicy()
        policy.maximumAttempts = 1
        policy.attemptTimeout = nil
        return policy
    }

    /// How long to wait before the call is made again; nil if it is not to be.
    ///
    /// - Parameters:
    ///   - attempts: how many there were, 1 or more.
    ///   - remaining: what is left of the call's time; nil if it has no deadline.
    func delay(
        after error: RPCError, attempts: Int, remaining: Duration?,
        using generator: inout some RandomNumberGenerator
    ) -> Duration? {
        guard attempts < maximumAttempts, Self.isRetryable(error) else { return nil }
        let delay = max(backoff(after: attempts, using: &generator), error.retryDelay ?? .zero)
        if let remaining, delay >= remaining { return nil }
        return delay
    }

    /// What may be over by the next attempt. RESOURCE_EXHAUSTED is only where the server says when.
    private static func isRetryable(_ error: RPCError) -> Bool {
        switch error.code {
        case .unavailable, .deadlineExceeded: true
        case .resourceExhausted: error.retryDelay != nil
        default: false
        }
    }

    private func backoff(after attempts: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        var delay = initialBackoff
        for _ in 1..<max(attempts, 1) where delay < maximumBackoff { delay = delay * multiplier }
        let spread = min(max(jitter, 0), 1)
        return min(delay, maximumBackoff) * (1 + Double.random(in: -spread...spread, using: &generator))
    }
}
