import RPCCore

/// How a channel's repetitions are kept in proportion to its calls (gRFC A6, retryThrottling): each failure that could be retried
/// takes a token, each success gives a part of one back, and there are no repetitions with half of them gone.
public struct RetryThrottling: Sendable, Hashable {
    /// Above 0, up to 1,000.
    public var maximumTokens: Int
    /// What a success gives back; above 0. Three decimals count.
    public var tokenRatio: Double

    public init(maximumTokens: Int = 10, tokenRatio: Double = 0.1) {
        self.maximumTokens = maximumTokens
        self.tokenRatio = tokenRatio
    }
}

/// The tokens, in thousandths: a pure value.
struct RetryTokens: Hashable {
    private let maximum: Int
    private let ratio: Int
    private(set) var count: Int

    init(_ throttling: RetryThrottling) {
        maximum = min(max(throttling.maximumTokens, 1), 1_000) * 1_000
        ratio = max(Int((min(max(throttling.tokenRatio, 0), 1_000) * 1_000).rounded(.down)), 1)
        count = maximum
    }

    mutating func succeeded() {
        count = min(count + ratio, maximum)
    }

    /// - Returns: whether the call may be made again.
    mutating func failed() -> Bool {
        count = max(count - 1_000, 0)
        return isOpen
    }

    var isOpen: Bool { count > maximum / 2 }
}

/// The tokens of a channel, for all its calls.
final class RetryThrottle: Sendable {
    private let tokens: Guarded<RetryTokens>

    init(_ throttling: RetryThrottling) {
        tokens = Guarded(RetryTokens(throttling))
    }

    func succeeded() { tokens.withLock { $0.succeeded() } }
    func failed() -> Bool { tokens.withLock { $0.failed() } }
    var isOpen: Bool { tokens.withLock { $0.isOpen } }
}
