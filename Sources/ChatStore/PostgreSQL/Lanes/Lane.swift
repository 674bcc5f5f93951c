import Synchronization

/// What a lane is given to do.
enum LaneJob: CommitJob, Sendable {
    case append(AppendJob)
    /// Anything else: made into its exchange on the lane's thread, unless nobody waits for it any more.
    case exchange(_ isAbandoned: @Sendable () -> Bool, @Sendable () -> any Exchange)

    var messages: Int {
        if case .append(let job) = self { job.messages } else { 1 }
    }

    var bytes: Int {
        if case .append(let job) = self { job.bytes } else { 0 }
    }

    func hasExpired(at now: ContinuousClock.Instant) -> Bool {
        switch self {
        case .append(let job): job.hasExpired(at: now)
        case .exchange(let isAbandoned, _): isAbandoned()
        }
    }

    var joinsGroups: Bool {
        if case .append = self { true } else { false }
    }
}

/// Work for one thread: the queue that callers put it into, and what wakes the thread that does it.
final class Lane: Sendable {
    private struct State {
        var queue: CommitQueue<LaneJob>
        /// Whether a connection is there; without one calls fail at once, and can be sent again later.
        var isReady = false
        var isStopping = false
        /// How many messages have to wait for the thread to be woken; nil while it could begin nothing.
        var wakesAtMessages: Int?
    }

    private let state: Mutex<State>
    let wakeUp = WakeUp()
    private let retryAfter: Duration

    init(limits: CommitQueueLimits, retryAfter: Duration) {
        state = Mutex(State(queue: CommitQueue(limits: limits)))
        self.retryAfter = retryAfter
    }

    // MARK: Callers

    var isReady: Bool { state.withLock { $0.isReady && !$0.isStopping } }

    /// How many messages wait in the queue.
    var waitingMessages: Int { state.withLock { $0.queue.messages } }

    /// Queues a job, or says why not: unavailable or overloaded.
    func submit(_ job: LaneJob) -> StoreError? {
        let (refusal, wakes) = state.withLock { state -> (StoreError?, Bool) in
            guard state.isReady, !state.isStopping else {
                return (StoreError(.unavailable, "not connected", retryAfter: retryAfter), false)
            }
            guard state.queue.add(job) else {
                return (StoreError(.overloaded, "the queue is full", retryAfter: retryAfter), false)
            }
            guard let enough = state.wakesAtMessages, state.queue.messages >= enough else { return (nil, false) }
            state.wakesAtMessages = nil
            return (nil, true)
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

    /// What is next: appends that are committed together, or one other job.
    enum Next {
        case group([AppendJob])
        case exchange(@Sendable () -> any Exchange)
    }

    /// The next work, if that many messages wait; if not, the thread is woken as soon as they do.
    func takeNext(ofAtLeast messages: Int = 1) -> Next? {
        while true {
            let jobs = state.withLock { state in
                let isEnough = state.queue.messages >= messages
                state.wakesAtMessages = isEnough ? nil : messages
                return isEnough ? state.queue.takeGroup() : []
            }
            guard let first = jobs.first else { return nil }
            guard case .exchange(let isAbandoned, let make) = first else {
                return .group(jobs.compactMap(Lane.append))
            }
            if !isAbandoned() { return .exchange(make) }
        }
    }

    func takeExpired(at now: ContinuousClock.Instant) -> [AppendJob] {
        state.withLock { $0.queue.isEmpty ? [] : $0.queue.takeExpired(at: now) }.compactMap(Lane.append)
    }

    private static func append(_ job: LaneJob) -> AppendJob? {
        if case .append(let append) = job { append } else { nil }
    }
}
