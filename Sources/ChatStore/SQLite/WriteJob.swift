import GeneratedMessages

/// What waits for the writer, and whoever awaits it.
enum WriteJob: CommitJob, Sendable {
    case append(AppendJob)
    case session(SessionJob)

    var messages: Int {
        if case .append(let job) = self { job.messages } else { 1 }
    }

    var bytes: Int {
        if case .append(let job) = self { job.bytes } else { 0 }
    }

    func hasExpired(at now: ContinuousClock.Instant) -> Bool {
        switch self {
        case .append(let job): job.hasExpired(at: now)
        case .session(let job): job.caller.isGone
        }
    }

    var joinsGroups: Bool { true }

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
    let caller: Caller<Session>
}
