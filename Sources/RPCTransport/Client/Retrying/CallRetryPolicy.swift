public import RPCCore

/// When a failed call is made again (gRFC A6, retryPolicy).
public struct CallRetryPolicy: Sendable, Hashable {
    /// gRFC A6: "values greater than 5 are treated as 5".
    public static let attemptsLimit = 5

    /// Attempts of one call, the first included; more than 5 count as 5.
    public var maximumAttempts: Int
    /// The wait after the first attempt, jitter aside.
    public var initialBackoff: Duration
    /// No wait is longer, jitter aside, unless the server asked for it.
    public var maximumBackoff: Duration
    /// From one wait to the next.
    public var backoffMultiplier: Double
    /// The share by which a wait is made longer or shorter at random, 0 to 1.
    public var jitter: Double
    /// The statuses that may be over by the next attempt.
    public var retryableCodes: Set<StatusCode>
    /// The same, but only where the server says when to come back. Not part of a service configuration in JSON.
    public var codesRetryableWhenToldWhen: Set<StatusCode>
    /// How long one attempt may take; what is left of the call's own time goes to the next one. Nil: all of it.
    public var attemptTimeout: Duration?

    public init(
        maximumAttempts: Int = 5, initialBackoff: Duration = .milliseconds(100), maximumBackoff: Duration = .seconds(5),
        backoffMultiplier: Double = 2, jitter: Double = 0.2, retryableCodes: Set<StatusCode> = [.unavailable],
        codesRetryableWhenToldWhen: Set<StatusCode> = [], attemptTimeout: Duration? = nil
    ) {
        self.maximumAttempts = maximumAttempts
        self.initialBackoff = initialBackoff
        self.maximumBackoff = maximumBackoff
        self.backoffMultiplier = backoffMultiplier
        self.jitter = jitter
        self.retryableCodes = retryableCodes
        self.codesRetryableWhenToldWhen = codesRetryableWhenToldWhen
        self.attemptTimeout = attemptTimeout
    }

    /// The wait before that many-th attempt after the first, or after the server last said when: 1 or more.
    func backoff(_ number: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        var delay = initialBackoff
        for _ in 1..<max(number, 1) where delay < maximumBackoff { delay = delay * backoffMultiplier }
        let spread = min(max(jitter, 0), 1)
        return min(delay, maximumBackoff) * (1 + Double.random(in: -spread...spread, using: &generator))
    }
}

/// Calls that are sent several times, for the answer that comes first (gRFC A6, hedgingPolicy). Only for methods that may be
/// carried out more than once.
public struct CallHedgingPolicy: Sendable, Hashable {
    /// Attempts of one call, the first included; more than 5 count as 5.
    public var maximumAttempts: Int
    /// The time between two of them. Zero sends all at once.
    public var hedgingDelay: Duration
    /// Statuses that don't end the call: the next attempt is made at once, and the others go on.
    public var nonFatalCodes: Set<StatusCode>

    public init(
        maximumAttempts: Int = 2, hedgingDelay: Duration = .milliseconds(100),
        nonFatalCodes: Set<StatusCode> = [.unavailable]
    ) {
        self.maximumAttempts = maximumAttempts
        self.hedgingDelay = hedgingDelay
        self.nonFatalCodes = nonFatalCodes
    }
}
