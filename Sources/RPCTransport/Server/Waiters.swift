/// Tasks that wait for something to happen on one event loop.
struct Waiters {
    private var continuations: [UnsafeContinuation<Void, any Error>] = []
    /// Set once nothing will ever happen any more.
    private var failure: (any Error)?

    var isEmpty: Bool { continuations.isEmpty }

    mutating func add(_ continuation: UnsafeContinuation<Void, any Error>) {
        if let failure {
            continuation.resume(throwing: failure)
        } else {
            continuations.append(continuation)
        }
    }

    mutating func wakeAll() {
        if continuations.isEmpty { return }
        let woken = continuations
        continuations = []
        for continuation in woken { continuation.resume() }
    }

    /// Wakes all with an error, now and for ever.
    mutating func failAll(_ error: any Error) {
        if failure == nil { failure = error }
        if continuations.isEmpty { return }
        let woken = continuations
        continuations = []
        for continuation in woken { continuation.resume(throwing: error) }
    }
}
