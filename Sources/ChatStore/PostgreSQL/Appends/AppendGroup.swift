/// Appends that are committed together: one transaction in two trips.
///
/// The first one locks the session rows and looks for known ids; the plan is made from that; the second one inserts,
/// updates and commits. Where the database refuses a row the group is halved until the one append that holds it is
/// alone, so that its neighbours commit.
final class AppendGroup: Exchange {
    private enum Step {
        case begin, lock, known, aliases, write, commit, rollback
    }

    /// What has not had its transaction yet, the first part last.
    private var parts: [[AppendJob]]
    /// What the current transaction is for.
    private var jobs: [AppendJob] = []
    private var attempts = 0
    private var progress = TransactionProgress()
    private var awaited: [Step] = []
    private var awaitedIndex = 0
    private var counters: [UUID: SessionCounters] = [:]
    private var known: [MessageKey: KnownMessage] = [:]
    private var plan: AppendPlan?
    private var warningsBefore = 0
    private let limits: PostgresConfiguration.Limits

    init(_ jobs: [AppendJob], limits: PostgresConfiguration.Limits) {
        parts = [jobs]
        self.limits = limits
    }

    // MARK: Exchange

    func start(on connection: PostgresConnection) throws(PostgresFailure) {
        if try !beginNextPart(on: connection) {
            // Every deadline had passed. An empty segment ends the exchange where all exchanges end.
            try connection.sync()
        }
    }

    func receive(_ result: borrowing PostgresResult, on connection: PostgresConnection) throws(PostgresFailure) {
        guard awaitedIndex < awaited.count else {
            throw PostgresFailure(message: "more answers than statements")
        }
        let step = awaited[awaitedIndex]
        awaitedIndex += 1
        guard step != .rollback else { return }
        let wasOpen = progress.phase == .open
        progress.received(
            TransactionProgress.Answer(result, warned: connection.warnings != warningsBefore))
        guard wasOpen else { return }
        guard progress.phase == .open else {
            // The rest of the first trip is passed over; the sync makes the connection take statements again.
            return try connection.sync()
        }
        do throws(StoreError) {
            switch step {
            case .lock: counters = try AppendRows.counters(result)
            case .known: try AppendRows.add(result, areAliases: false, to: &known)
            case .aliases: try AppendRows.add(result, areAliases: true, to: &known)
            default: break
            }
        } catch {
            throw PostgresFailure(message: error.message)
        }
        // Whatever came last in the first trip.
        guard plan == nil, awaitedIndex == awaited.count else { return }
        let plan = AppendPlan(jobs.map(\.append), counters: counters, known: known)
        self.plan = plan
        try write(plan, on: connection)
    }

    func synced(on connection: PostgresConnection) throws(PostgresFailure) -> Bool {
        switch progress.phase {
        case .open: return true
        case .committed:
            deliver()
            return try !beginNextPart(on: connection)
        case .inDoubt(let failure):
            fail(StoreError(.inDoubt, failure.message, cause: failure))
            return try !beginNextPart(on: connection)
        case .rolledBack(let failure):
            guard !connection.isInTransaction else {
                awaited = [.rollback]
                awaitedIndex = 0
                try connection.execute(AppendStatements.rollback)
                try connection.sync()
                return false
            }
            recover(from: failure)
            return try !beginNextPart(on: connection)
        case .committing: throw PostgresFailure(message: "a sync came before the commit's answer")
        }
    }

    func lost(_ failure: PostgresFailure) {
        progress.lost(failure)
        switch progress.phase {
        case .committed: deliver()
        case .inDoubt(let failure): fail(StoreError(.inDoubt, failure.message, cause: failure))
        default: fail(unavailable(failure))
        }
        for part in parts { for job in part { job.fail(unavailable(failure)) } }
        parts = []
    }

    // MARK: The transaction

    /// Sends the first trip of the next part; false if there is none.
    private func beginNextPart(on connection: PostgresConnection) throws(PostgresFailure) -> Bool {
        jobs = []
        while jobs.isEmpty {
            guard let part = parts.popLast() else { return false }
            jobs = unexpired(part)
        }
        progress = TransactionProgress()
        plan = nil
        known = [:]
        awaited = [.begin, .lock, .known]
        awaitedIndex = 0
        let appends = jobs.map(\.append)
        try connection.execute(AppendStatements.begin)
        try connection.execute(AppendStatements.lock) { AppendRows.bindSessions(appends, $0) }
        try connection.execute(AppendStatements.known) { AppendRows.bindIDs(appends, $0) }
        if appends.contains(where: { $0.items.contains(where: \.acceptsKnownContent) }) {
            awaited.append(.aliases)
            try connection.execute(AppendStatements.knownAliases) { AppendRows.bindClientIDs(appends, $0) }
        }
        try connection.requestFlush()
        return true
    }

    /// Sends the second trip.
    private func write(_ plan: AppendPlan, on connection: PostgresConnection) throws(PostgresFailure) {
        let appends = jobs.map(\.append)
        awaited = []
        awaitedIndex = 0
        let now = WallClock.unixMicroseconds
        if plan.sessions.contains(where: \.created) {
            awaited.append(.write)
            try connection.execute(AppendStatements.insertSessions) {
                AppendRows.bindNewSessions(plan, appends, now: now, $0)
            }
        }
        if !plan.rows.isEmpty {
            awaited.append(.write)
            try connection.execute(AppendStatements.insertMessages) { AppendRows.bindMessages(plan, appends, $0) }
        }
        if plan.sessions.contains(where: { !$0.created }) {
            awaited.append(.write)
            try connection.execute(AppendStatements.updateSessions) {
                AppendRows.bindChangedSessions(plan, appends, now: now, $0)
            }
        }
        progress.willCommit(after: awaited.count)
        warningsBefore = connection.warnings
        awaited.append(.commit)
        try connection.execute(AppendStatements.commit)
        try connection.sync()
    }

    // MARK: Outcomes

    private func deliver() {
        guard let plan else { return }
        for (job, outcome) in zip(jobs, plan.outcomes) {
            job.caller.resume(with: outcome.mapError { $0 })
        }
        jobs = []
        attempts = 0
    }

    private func fail(_ error: StoreError) {
        for job in jobs { job.fail(error) }
        jobs = []
        attempts = 0
    }

    /// Nothing of the transaction was written: tries again, halves, or tells the callers.
    private func recover(from failure: PostgresFailure) {
        switch failure.remedy {
        case .repeatTransaction:
            attempts += 1
            guard attempts < limits.maximumTransactionAttempts else { return fail(unavailable(failure)) }
            parts.append(jobs)
        case .waitForDatabase: fail(unavailable(failure))
        case .refuseRow, .giveUp:
            guard jobs.count > 1 else { return fail(failure.storeError(retryAfter: limits.retryAfter)) }
            let middle = jobs.count / 2
            parts.append(Array(jobs[middle...]))
            parts.append(Array(jobs[..<middle]))
            attempts = 0
        }
    }

    private func unavailable(_ failure: PostgresFailure) -> StoreError {
        StoreError(.unavailable, failure.message, retryAfter: limits.retryAfter, cause: failure)
    }

    private func unexpired(_ jobs: [AppendJob]) -> [AppendJob] {
        let now = ContinuousClock.now
        return jobs.filter { job in
            guard job.hasExpired(at: now) else { return true }
            job.fail(StoreError(.deadlineExceeded, "it waited too long"))
            return false
        }
    }
}
