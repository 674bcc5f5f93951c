/// Something that waits to be done by a store's writer.
protocol CommitJob {
    /// How much of a queue's room and of a group's it takes.
    var messages: Int { get }
    var bytes: Int { get }
    /// Whether nobody waits for it any more.
    func hasExpired(at now: ContinuousClock.Instant) -> Bool
    /// Whether it may be committed together with others.
    var joinsGroups: Bool { get }
}

/// The jobs that wait for a writer, bounded by messages and bytes, and given out in groups. A pure value.
struct CommitQueue<Job: CommitJob> {
    private let limits: CommitQueueLimits
    private var jobs = FIFO<Job>()
    private(set) var messages = 0
    private(set) var bytes = 0

    init(limits: CommitQueueLimits) {
        self.limits = limits
    }

    var isEmpty: Bool { jobs.isEmpty }

    /// False where the queue is full. An empty one takes any job, so that a batch that is alone always goes.
    mutating func add(_ job: Job) -> Bool {
        let (jobMessages, jobBytes) = (job.messages, job.bytes)
        guard
            isEmpty
                || messages + jobMessages <= limits.waitingMessages && bytes + jobBytes <= limits.waitingBytes
        else { return false }
        messages += jobMessages
        bytes += jobBytes
        jobs.append(job)
        return true
    }

    /// The jobs that are next, in the order of their arrival: as many as a group may hold, or one that joins none. None
    /// where nothing waits.
    mutating func takeGroup() -> [Job] {
        guard let first = take() else { return [] }
        var group = [first]
        guard first.joinsGroups else { return group }
        var (groupMessages, groupBytes) = (first.messages, first.bytes)
        while let next = jobs.first, next.joinsGroups {
            groupMessages += next.messages
            groupBytes += next.bytes
            guard groupMessages <= limits.groupMessages, groupBytes <= limits.groupBytes, let job = take() else {
                break
            }
            group.append(job)
        }
        return group
    }

    /// Takes the jobs that nobody waits for any more.
    mutating func takeExpired(at now: ContinuousClock.Instant) -> [Job] {
        var expired: [Job] = []
        var kept = FIFO<Job>()
        while let job = jobs.popFirst() {
            guard job.hasExpired(at: now) else {
                kept.append(job)
                continue
            }
            messages -= job.messages
            bytes -= job.bytes
            expired.append(job)
        }
        jobs = kept
        return expired
    }

    private mutating func take() -> Job? {
        guard let job = jobs.popFirst() else { return nil }
        messages -= job.messages
        bytes -= job.bytes
        return job
    }
}

/// What a queue and a group may hold.
struct CommitQueueLimits: Sendable {
    var waitingMessages: Int
    var waitingBytes: Int
    /// Of one group; a bigger batch is one of its own.
    var groupMessages: Int
    var groupBytes: Int
}
