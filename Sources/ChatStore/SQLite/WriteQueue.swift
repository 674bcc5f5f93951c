import GeneratedMessages

/// What waits for the writer, and whoever awaits it.
enum WriteJob: Sendable {
    case append(AppendJob)
    case session(SessionJob)

    var messages: Int {
        if case .append(let job) = self { job.messages } else { 1 }
    }

    var bytes: Int {
        if case .append(let job) = self { job.bytes } else { 0 }
    }

    func hasExpired(at now: ContinuousClock.Instant) -> Bool {
        if case .append(let job) = self { job.hasExpired(at: now) } else { false }
    }

    func fail(_ error: StoreError) {
        switch self {
        case .append(let job): job.fail(error)
        case .session(let job): job.caller.resume(throwing: error)
        }
    }
}

/// A session to make or to change.
struct SessionJob: Sendable {
    enum Work: Sendable {
        case create(NewSession)
        case change(UUID, SessionChange)
    }

    let work: Work
    let owner: String?
    let caller: CheckedContinuation<Session, any Error>
}

/// The jobs that wait for the writer, bounded by messages and bytes. A pure value.
struct WriteQueue {
    struct Limits {
        var waitingMessages: Int
        var waitingBytes: Int
        var commitMessages: Int
        var commitBytes: Int
    }

    private let limits: Limits
    private var jobs = FIFO<WriteJob>()
    private(set) var messages = 0
    private(set) var bytes = 0

    init(limits: Limits) {
        self.limits = limits
    }

    var isEmpty: Bool { jobs.isEmpty }

    /// False where the queue is full. An empty one takes any job, so that a batch that is alone always goes.
    mutating func add(_ job: WriteJob) -> Bool {
        guard
            isEmpty || messages + job.messages <= limits.waitingMessages && bytes + job.bytes <= limits.waitingBytes
        else { return false }
        messages += job.messages
        bytes += job.bytes
        jobs.append(job)
        return true
    }

    /// The jobs of the next commit, in the order of their arrival, and those among them that nobody waits for any more.
    mutating func takeGroup(at now: ContinuousClock.Instant) -> (group: [WriteJob], expired: [WriteJob]) {
        var group: [WriteJob] = []
        var expired: [WriteJob] = []
        var (groupMessages, groupBytes) = (0, 0)
        while let next = jobs.first {
            if next.hasExpired(at: now) {
                expired.append(next)
            } else {
                groupMessages += next.messages
                groupBytes += next.bytes
                let fits = groupMessages <= limits.commitMessages && groupBytes <= limits.commitBytes
                guard group.isEmpty || fits else { break }
                group.append(next)
            }
            _ = jobs.popFirst()
            messages -= next.messages
            bytes -= next.bytes
        }
        return (group, expired)
    }
}
