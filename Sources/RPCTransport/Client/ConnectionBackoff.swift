/// How long to wait between attempts to connect (gRPC "Connection Backoff Protocol"): each wait is longer than the one
/// before, up to a limit, and spread at random, so that the clients of a server that went away don't come back at once.
public struct ConnectionBackoff: Sendable, Hashable {
    /// After the first failure.
    public var initial: Duration = .seconds(1)
    /// No wait is longer, jitter aside.
    public var maximum: Duration = .seconds(120)
    /// From one wait to the next.
    public var multiplier: Double = 1.6
    /// The share by which a wait is made longer or shorter at random, 0 to 1.
    public var jitter: Double = 0.2

    public init() {}

    /// The wait after that many failures in a row, 1 or more.
    func delay(afterFailures failures: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        var delay = initial
        for _ in 1..<max(failures, 1) where delay < maximum { delay = delay * multiplier }
        let spread = min(max(jitter, 0), 1)
        return min(delay, maximum) * (1 + Double.random(in: -spread...spread, using: &generator))
    }
}
