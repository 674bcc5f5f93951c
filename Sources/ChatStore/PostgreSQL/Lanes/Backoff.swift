/// How long to wait before the next attempt to connect: doubling from a first delay to a longest one, with jitter, so
/// that servers don't come back all at once.
struct Backoff: Sendable, Hashable {
    private let firstMilliseconds: Int
    private let longestMilliseconds: Int
    private var nextMilliseconds: Int

    init(firstMilliseconds: Int, longestMilliseconds: Int) {
        self.firstMilliseconds = firstMilliseconds
        self.longestMilliseconds = longestMilliseconds
        nextMilliseconds = firstMilliseconds
    }

    /// The delay before the next attempt: between half of the step and all of it.
    mutating func delay(using generator: inout some RandomNumberGenerator) -> Duration {
        let step = nextMilliseconds
        nextMilliseconds = min(step * 2, longestMilliseconds)
        return .milliseconds(Int.random(in: step / 2...step, using: &generator))
    }

    /// The last attempt succeeded.
    mutating func reset() {
        nextMilliseconds = firstMilliseconds
    }
}
