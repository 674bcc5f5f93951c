/// What one transaction asks of a session's rows, decides and writes.
protocol SessionWork {
    associatedtype Answer: Sendable

    var sessionID: UUID { get }
    /// Sends what has to be known, the lock of the session's row included. Returns how many statements that were.
    func ask(_ connection: PostgresConnection) throws(PostgresFailure) -> Int
    /// Takes the answer to one of them, by their order.
    mutating func receive(_ result: borrowing PostgresResult, number: Int) throws(StoreError)
    /// Everything is known: what the caller will be told, or why nothing is written.
    mutating func decide() throws(StoreError) -> Answer
    /// Sends what is to be written. Returns how many statements that were.
    func write(_ connection: PostgresConnection) throws(PostgresFailure) -> Int
}

/// One transaction in two trips: the session's row is locked and looked at, and what is decided is written and committed.
final class SessionTransaction<Work: SessionWork>: Exchange {
    private let fresh: Work
    private let limits: PostgresConfiguration.Limits
    private var caller: Caller<Work.Answer>?
    private var work: Work
    private var progress = TransactionProgress()
    private var attempts = 0
    private var asked = 0
    private var answered = 0
    private var decision: Result<Work.Answer, StoreError>?
    private var warningsBefore = 0

    init(_ work: Work, limits: PostgresConfiguration.Limits, caller: Caller<Work.Answer>) {
        fresh = work
        self.work = work
        self.limits = limits
        self.caller = caller
    }

    // MARK: Exchange

    func start(on connection: PostgresConnection) throws(PostgresFailure) {
        progress = TransactionProgress()
        work = fresh
        (decision, answered) = (nil, 0)
        try connection.execute(AppendStatements.begin)
        asked = try work.ask(connection)
        try connection.requestFlush()
    }

    func receive(_ result: borrowing PostgresResult, on connection: PostgresConnection) throws(PostgresFailure) {
        let wasOpen = progress.phase == .open
        progress.received(TransactionProgress.Answer(result, warned: connection.warnings != warningsBefore))
        guard wasOpen else { return }
        guard progress.phase == .open else { return try connection.sync() }
        // The first answer is BEGIN's.
        defer { answered += 1 }
        guard answered > 0 else { return }
        do throws(StoreError) {
            try work.receive(result, number: answered - 1)
            guard answered == asked else { return }
            decision = .success(try work.decide())
        } catch {
            guard decision == nil else { return }
            decision = .failure(error)
            guard answered == asked else { return }
        }
        try commit(on: connection)
    }

    func synced(on connection: PostgresConnection) throws(PostgresFailure) -> Bool {
        switch progress.phase {
        case .committed:
            let decision = decision ?? .failure(StoreError(.failed, "nothing was decided"))
            answer(decision.mapError { $0 })
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

    private func commit(on connection: PostgresConnection) throws(PostgresFailure) {
        var written = 0
        if case .success = decision { written = try work.write(connection) }
        progress.willCommit(after: written)
        warningsBefore = connection.warnings
        try connection.execute(AppendStatements.commit)
        try connection.sync()
    }

    private func answer(_ answer: Result<Work.Answer, any Error>) {
        caller?.resume(with: answer)
        caller = nil
    }
}
