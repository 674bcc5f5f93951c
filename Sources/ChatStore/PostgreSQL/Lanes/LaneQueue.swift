/// Work that waits for a lane, bounded by count and bytes. A pure value.
struct LaneQueue: Sendable {
    enum Job: Sendable {
        case append(AppendJob)
        /// Anything else: made into its exchange on the lane's thread.
        case exchange(@Sendable () -> any Exchange)
    }

    /// What a queue and a group may hold.
    struct Limits: Sendable {
        var maximumQueuedMessages: Int
        var maximumQueuedBytes: Int
        var maximumGroupMessages: Int
        var maximumGroupBytes: Int
    }

    private let limits: Limits
    /// Those before `first` were taken.
    private var jobs: [Job?] = []
    private var first = 0
    private(set) var messages = 0
    private(set) var bytes = 0

    init(limits: Limits) {
        self.limits = limits
    }

    var isEmpty: Bool { first == jobs.count }

    /// False where the queue is full. An empty one takes any job, so that a batch that is alone always goes.
    mutating func add(_ job: Job) -> Bool {
        let (jobMessages, jobBytes) = LaneQueue.size(of: job)
        guard
            isEmpty
                || (messages + jobMessages <= limits.maximumQueuedMessages
                    && bytes + jobBytes <= limits.maximumQueuedBytes)
        else { return false }
        messages += jobMessages
        bytes += jobBytes
        jobs.append(job)
        return true
    }

    /// What is next: the appends up to the limits of a group, or one other job.
    enum Next {
        case group([AppendJob])
        case exchange(@Sendable () -> any Exchange)
    }

    mutating func takeNext() -> Next? {
        guard let job = takeFirst() else { return nil }
        guard case .append(let append) = job else {
            guard case .exchange(let make) = job else { return nil }
            return .exchange(make)
        }
        var group = [append]
        var (groupMessages, groupBytes) = (append.messages, append.bytes)
        while first < jobs.count, case .append(let next)? = jobs[first],
            groupMessages + next.messages <= limits.maximumGroupMessages,
            groupBytes + next.bytes <= limits.maximumGroupBytes
        {
            _ = takeFirst()
            group.append(next)
            groupMessages += next.messages
            groupBytes += next.bytes
        }
        return .group(group)
    }

    /// Takes the appends whose deadline has passed.
    mutating func takeExpired(at now: ContinuousClock.Instant) -> [AppendJob] {
        var expired: [AppendJob] = []
        var kept: [Job?] = []
        while let job = takeFirst() {
            if case .append(let append) = job, append.hasExpired(at: now) {
                expired.append(append)
            } else {
                kept.append(job)
            }
        }
        for case let job? in kept {
            let size = LaneQueue.size(of: job)
            messages += size.messages
            bytes += size.bytes
        }
        (jobs, first) = (kept, 0)
        return expired
    }

    private mutating func takeFirst() -> Job? {
        guard first < jobs.count, let job = jobs[first] else { return nil }
        jobs[first] = nil
        first += 1
        if first == jobs.count {
            jobs.removeAll(keepingCapacity: true)
            first = 0
        } else if first > 1024, first > jobs.count / 2 {
            jobs.removeFirst(first)
            first = 0
        }
        let size = LaneQueue.size(of: job)
        messages -= size.messages
        bytes -= size.bytes
        return job
    }

    private static func size(of job: Job) -> (messages: Int, bytes: Int) {
        guard case .append(let append) = job else { return (1, 0) }
        return (append.messages, append.bytes)
    }
}
