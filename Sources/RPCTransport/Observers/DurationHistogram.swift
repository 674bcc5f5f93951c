/// How long things took: counts by upper bounds, as Prometheus has them.
struct DurationHistogram: Sendable, Equatable {
    /// The upper bounds of all buckets but the last, which has none, in nanoseconds: 100 µs to 10 s.
    static let boundsNanoseconds: [Int64] = [
        100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000,
        250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
    ]

    /// How many fell into each bucket: above the bound before it, and not above its own.
    private(set) var counts = [UInt64](repeating: 0, count: boundsNanoseconds.count + 1)
    private(set) var sumNanoseconds: Int64 = 0

    var count: UInt64 { counts.reduce(0, +) }

    mutating func record(nanoseconds: Int64) {
        var bucket = 0
        while bucket < Self.boundsNanoseconds.count, nanoseconds > Self.boundsNanoseconds[bucket] { bucket += 1 }
        counts[bucket] += 1
        sumNanoseconds &+= max(0, nanoseconds)
    }
}
