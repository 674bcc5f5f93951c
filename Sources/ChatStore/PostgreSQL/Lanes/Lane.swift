import Synchronization

/// Work for one thread: the queue that callers put it into, and what wakes the thread that does it.
final class Lane: Sendable {
    private struct State {
        var queue: LaneQueue
        /// Whether a connection is there; without one calls fail at once, and can be sent again later.
        var isReady = false
        var isStopping = false
        /// Whether the thread sleeps and could begin something.
        var awaitsWork = false
    }

    private let state: Mutex<State>
    let wakeUp = WakeUp()
    private let retryAfter: Duration

    init(limits: LaneQueue.Limits, retryAfter: Duration) {
        state = Mutex(State(queue: LaneQueue(limits: limits)))
        self.retryAfter = retryAfter
    }

    // MARK: Callers

    var isReady: Bool { state.withLock { $0.isReady && !$0.isStopping } }

    /// How many messages wait in the queue.
    var waitingMessages: Int { state.withLock { $0.queue.messages } }

    /// Queues a job, or says why not: unavailable or overloaded.
    func submit(_ job: LaneQueue.Job) -> StoreError? {
        let (refusal, wakes) = state.withLock { state -> (StoreError?, Bool) in
            guard state.isReady, !state.isStopping else {
                return (StoreError(.unavailable, "not connected", retryAfter: retryAfter), false)
            }
            guard state.queue.add(job) else {
                return (StoreError(.overloaded, "the queue is full", retryAfter: retryAfter), false)
            }
            defer { state.awaitsWork = false }
            return (nil, state.awaitsWork)
        }
        if wakes { wakeUp.signal() }
        return refusal
    }

    /// Finishes what was accepted and ends the thread.
    func stop() {
        state.withLock { $0.isStopping = true }
        wakeUp.signal()
    }

    // MARK: The thread

    var isStopping: Bool { state.withLock { $0.isStopping } }

    func setReady(_ ready: Bool) {
        state.withLock { $0.isReady = ready }
    }

    /// The next work; where there is none, the next job will wake the thread.
    func takeNext() -> LaneQueue.Next? {
        state.withLock { state in
            let next = state.queue.takeNext()
            state.awaitsWork = next == nil
            return next
        }
    }

    func takeExpired(at now: ContinuousClock.Instant) -> [AppendJob] {
        state.withLock { $0.queue.isEmpty ? [] : $0.queue.takeExpired(at: now) }
    }
}
