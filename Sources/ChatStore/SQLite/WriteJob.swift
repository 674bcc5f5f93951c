import GeneratedMessages

/// What waits for the writer, and whoever awaits it.
enum WriteJob: CommitJob, Sendable {
    case append(AppendJob)
    case session(SessionJob)
    case message(MessageJob)

    var messages: Int {
        if case .append(let job) = self { job.messages } else { 1 }
    }

    var bytes: Int {
        switch self {
        case .append(let job): job.bytes
        case .session: 0
        case .message(let job): job.bytes
        }
    }

    func hasExpired(at now: ContinuousClock.Instant) -> Bool {
        switch self {
        case .append(let job): job.hasExpired(at: now)
        case .session(let job): job.caller.isGone
        case .message(let job): job.caller.isGone
        }
    }

    var joinsGroups: Bool { true }

    func fail(_ error: StoreError) {
        switch self {
        case .append(let job): job.fail(error)
        case .session(let job): job.caller.resume(throwing: error)
        case .message(let job): job.caller.resume(throwing: error)
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

/// A message to change.
struct MessageJob: Sendable {
    let sessionID: UUID
    let messageID: UUID
    let change: MessageChange
    let owner: String?
    let caller: Caller<Message>

    var bytes: Int {
        if case .edit(let content, let metadata) = change.kind {
            (content?.count ?? 0) + (metadata?.count ?? 0)
        } else {
            0
        }
    }
}
