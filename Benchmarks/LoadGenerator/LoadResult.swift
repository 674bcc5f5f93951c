/// How many calls were answered in the time measured, and how long each took.
struct LoadResult {
    let latencies: [Duration]
    let time: Duration

    /// One line: the rate in calls per second, and the middle and the slow end of the latencies in milliseconds.
    var json: String {
        let sorted = latencies.sorted()
        let rate = Double(sorted.count) / (time / .seconds(1))
        func milliseconds(_ share: Double) -> Double {
            guard !sorted.isEmpty else { return 0 }
            return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))] / .milliseconds(1)
        }
        return """
            {"calls_per_second": \(rate), "p50_ms": \(milliseconds(0.5)), "p99_ms": \(milliseconds(0.99))}
            """
    }
}
