import GeneratedMessages

/// One transaction on one session's row: it is made if need be, locked, and changed by a pure function.
final class SessionTransaction: Exchange {
    enum Purpose: Sendable {
        case create(NewSession)
        case change(UUID, SessionChange)

        var sessionID: UUID {
            switch self {
            case .create(let session): session.id
            case .change(let id, _): id
            }
        }
    }

    private let purpose: Purpose
    private let owner: String?
    private let limits: PostgresConfiguration.Limits
    private var caller: Caller<Session>?
    private var progress = TransactionProgress()
    private var attempts = 0
    /// The row as it will be.
    private var session: Session?
    private var refusal: StoreError?
    private var warningsBefore = 0

    init(
        _ purpose: Purpose, owner: String?, limits: PostgresConfiguration.Limits,
        caller: Caller<Session>
    ) {
        self.purpose = purpose
        self.owner = owner
        self.limits = limits
        self.caller = caller
    }

    // MARK: Exchange

    func start(on connection: PostgresConnection) throws(PostgresFailure) {
        progress = TransactionProgress()
        (session, refusal) = (nil, nil)
        try connection.execute(AppendStatements.begin)
        if case .create(let session) = purpose {
            try connection.execute(AppendStatements.createSession) { SessionTransaction.bind(session, owner, $0) }
        }
        try connection.execute(AppendStatements.lockSession) { $0.add(purpose.sessionID) }
        try connection.requestFlush()
    }

    func receive(_ result: borrowing PostgresResult, on connection: PostgresConnection) throws(PostgresFailure) {
        let wasOpen = progress.phase == .open
        progress.received(TransactionProgress.Answer(result, warned: connection.warnings != warningsBefore))
        guard wasOpen else { return }
        guard progress.phase == .open else { return try connection.sync() }
        // The lock's answer is the only one with columns.
        guard result.columnCount > 0 else { return }
        try commit(decide(result), on: connection)
    }

    func synced(on connection: PostgresConnection) throws(PostgresFailure) -> Bool {
        switch progress.phase {
        case .committed:
            if let session, refusal == nil { answer(.success(session)) }
            answer(.failure(refusal ?? StoreError(.sessionNotFound)))
            return true
        case .inDoubt(let failure):
            answer(.failure(StoreError(.inDoubt, failure.message, cause: failure)))
            return true
        case .rolledBack(let failure):
            guard !connection.isInTransaction else {
                try connection.execute(AppendStatements.rollback)
                try connection.sync()
                return false
            }
            attempts += 1
            if failure.remedy == .repeatTransaction, attempts < limits.maximumTransactionAttempts {
                try start(on: connection)
                return false
            }
            answer(.failure(failure.storeError(retryAfter: limits.retryAfter)))
            return true
        case .open, .committing: throw PostgresFailure(message: "a sync came before the commit's answer")
        }
    }

    func lost(_ failure: PostgresFailure) {
        progress.lost(failure)
        if case .inDoubt = progress.phase {
            answer(.failure(StoreError(.inDoubt, failure.message, cause: failure)))
        }
        answer(.failure(StoreError(.unavailable, failure.message, retryAfter: limits.retryAfter, cause: failure)))
    }

    // MARK: Steps

    /// The row is locked, if it is there: changes it. True if it is to be written.
    private func decide(_ result: borrowing PostgresResult) -> Bool {
        guard result.rowCount == 1 else { return false }
        do throws(StoreError) {
            var session = try SessionColumns.decode(result, row: 0)
            let changes = try change(&session)
            self.session = session
            return changes
        } catch {
            refusal = error
            return false
        }
    }

    private func commit(_ changes: Bool, on connection: PostgresConnection) throws(PostgresFailure) {
        if changes, let session {
            try connection.execute(AppendStatements.updateSession) {
                SessionTransaction.bind(session, purpose, $0)
            }
        }
        progress.willCommit(after: changes ? 1 : 0)
        warningsBefore = connection.warnings
        try connection.execute(AppendStatements.commit)
        try connection.sync()
    }

    private func change(_ session: inout Session) throws(StoreError) -> Bool {
        guard session.isVisible(to: owner) else { throw StoreError(.sessionNotFound) }
        switch purpose {
        case .create:
            guard session.isActive else { throw StoreError(.sessionDeleted) }
            return false
        case .change(_, let change): return try change.apply(to: &session)
        }
    }

    private func answer(_ answer: Result<Session, any Error>) {
        caller?.resume(with: answer)
        caller = nil
    }

    // MARK: Parameters

    private static func bind(_ session: NewSession, _ owner: String?, _ parameters: ParameterBuffer) {
        parameters.add(session.id)
        parameters.add(session.name)
        parameters.add(session.description)
        parameters.add(session.agentName)
        parameters.add(owner ?? session.userID)
        parameters.add(PostgresEpoch.value(ofUnixMicroseconds: WallClock.unixMicroseconds))
    }

    private static func bind(_ session: Session, _ purpose: Purpose, _ parameters: ParameterBuffer) {
        parameters.add(purpose.sessionID)
        parameters.add(session.name)
        parameters.add(session.hasDescription ? session.description : nil)
        parameters.add(session.isActive)
        parameters.add(session.revision)
        parameters.add(session.resetEpoch)
        parameters.add(session.hasPreview ? session.preview : nil)
        parameters.add(
            session.hasLastMessageAt
                ? PostgresEpoch.value(ofUnixMicroseconds: session.lastMessageAt.unixMicroseconds) : nil)
    }
}
