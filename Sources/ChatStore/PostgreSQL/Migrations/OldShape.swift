import GeneratedMessages

/// The upgrade of a database that another program made, in place and while that program goes on: its chat_messages (message_id
/// the primary key, no seq) and chat_sessions become ours, and every row is kept.
///
/// 1. `prepare`: columns, and triggers that number what the old program inserts from then on.
/// 2. `number`: the rows that were there get their seq, by (timestamp, message_id), a few sessions at a time, each under its
///    session row's lock. A session that the old program writes to before its turn is numbered then.
/// 3. `finish`: our keys in the place of the old ones, made without holding writers up.
struct OldShape {
    static let insertFunction = "chat_old_insert"
    /// Rows that are numbered in one transaction, unless one session has more.
    private static let batchRows: Int64 = 5_000
    /// A statement that locks a whole table gives way after so long, so that nobody queues behind it, and is tried again.
    private static let tableLockSeconds = 2
    private static let tableLockAttempts = 150

    let migrator: Migrator
    let tables: Tables
    private let sql: OldShapeSQL

    init(_ migrator: Migrator) {
        self.migrator = migrator
        tables = migrator.tables
        sql = OldShapeSQL(migrator.tables)
    }

    private var connection: MigrationConnection { migrator.connection }

    /// In words.
    func plan() throws -> [String] {
        try checkColumns()
        let counts = try connection.run(
            "SELECT (SELECT count(*) FROM \(tables.messages)), (SELECT count(*) FROM \(tables.sessions))")
        let (messages, sessions) = (try counts.int64(0, 0), try counts.int64(0, 1))
        return [
            "upgrade the old tables: number \(messages) messages of \(sessions) sessions by (timestamp, message_id), "
                + "keep the old program's inserts and deletes numbered by triggers, replace the primary key"
        ]
    }

    func upgrade() throws {
        migrator.report("upgrading the old tables of schema \(tables.quotedSchema)")
        try prepare()
        try number()
        try finish()
        migrator.report("the old tables are upgraded; chatrpc migrate --contract ends the old program's compatibility")
    }

    /// Throws for tables of anything else.
    func checkColumns() throws {
        for (table, columns) in [
            ("chat_messages", OldShapeSQL.messageColumns), ("chat_sessions", OldShapeSQL.sessionColumns),
        ] {
            let found = try connection.run(sql.columns(of: table))
            let names = Set((0..<found.rowCount).map { found.string($0, 0) ?? "" })
            guard let missing = columns.first(where: { !names.contains($0) }) else { continue }
            throw PostgresConfigurationError(
                "the schema \(tables.quotedSchema) has a \(table) that is no chat history: it lacks \(missing)")
        }
    }

    // MARK: 1

    private func prepare() throws {
        if try !connection.run(sql.hasIndexBySession).bool(0, 0) {
            migrator.report("making an index by session")
            try makeIndex("chat_messages_old_session", unique: false, "(session_id)")
        }
        for statements in sql.preparation {
            try withTableLock { for statement in statements { try connection.execute(statement) } }
        }
    }

    // MARK: 2

    private func number() throws {
        try connection.execute(sql.missingSessions)
        try connection.execute(sql.defaultsOfSessions)
        let sessions = try connection.run(sql.unnumbered)
        let total = try (0..<sessions.rowCount).reduce(Int64(0)) { $0 + (try sessions.int64($1, 1)) }
        if total > 0 { migrator.report("numbering \(total) messages of \(sessions.rowCount) sessions") }
        var batch: [UUID] = []
        var (rows, done, reported) = (Int64(0), Int64(0), ContinuousClock.now)
        for row in 0..<sessions.rowCount {
            batch.append(try sessions.uuid(row, 0))
            rows += try sessions.int64(row, 1)
            guard rows >= Self.batchRows || row == sessions.rowCount - 1 else { continue }
            try connection.transaction { () throws(PostgresFailure) in
                try connection.execute(sql.lock(batch))
                try connection.execute(sql.number(batch))
            }
            done += rows
            (batch, rows) = ([], 0)
            guard reported.duration(to: .now) >= .seconds(2) else { continue }
            migrator.report("numbered \(done) of \(total) messages")
            reported = .now
        }
        try connection.execute(sql.aliasesOfMessages)
    }

    // MARK: 3

    private func finish() throws {
        migrator.report("making the keys")
        try makeIndex("chat_messages_by_seq", unique: true, "(session_id, seq)")
        try makeIndex("chat_messages_by_id", unique: true, "(session_id, message_id)")
        // Checked without a lock that holds anyone up; what follows takes its word for it.
        for column in ["seq", "revision"] {
            try withTableLock { try connection.execute(sql.addCheck(column)) }
            try connection.execute(sql.validateCheck(column))
        }
        try withTableLock { for statement in sql.keysOfSessions { try connection.execute(statement) } }
        let keys = sql.keysOfMessages(primaryKey: try primaryKey())
        try withTableLock {
            for statement in keys { try connection.execute(statement) }
            try migrator.record(1, "upgrade of the old tables")
        }
        try connection.execute("ANALYZE \(tables.messages)")
        try connection.execute("ANALYZE \(tables.sessions)")
    }

    private func primaryKey() throws -> String? {
        let found = try connection.run(sql.primaryKey)
        return found.rowCount == 1 ? found.string(0, 0) : nil
    }

    // MARK: The end of it

    /// Drops the triggers, and what else only the old program needs.
    func contract() throws {
        guard try migrator.find().isCompatible else {
            return migrator.report("there is nothing that only the old program needs")
        }
        let indexes = try connection.run(sql.oldIndexes)
        try withTableLock {
            for row in 0..<indexes.rowCount {
                try connection.execute(
                    "DROP INDEX \(tables.quotedSchema).\(Tables.quoted(identifier: indexes.string(row, 0) ?? ""))")
            }
            for statement in sql.contractionOfMessages { try connection.execute(statement) }
        }
        try withTableLock { for statement in sql.contractionOfSessions { try connection.execute(statement) } }
        try withTableLock { for statement in sql.contractionOfFunctions { try connection.execute(statement) } }
        migrator.report("the old program's compatibility has ended")
    }

    // MARK: How

    /// Beside running programs. One that was not finished, since the program was killed, is made again.
    private func makeIndex(_ name: String, unique: Bool, _ columns: String) throws(PostgresFailure) {
        let state = try connection.run(sql.stateOfIndex(name))
        if state.rowCount == 1, (try? state.bool(0, 0)) == true { return }
        let quoted = "\(tables.quotedSchema).\(Tables.quoted(identifier: name))"
        try connection.execute("DROP INDEX IF EXISTS \(quoted)")
        try connection.execute("SET lock_timeout = 0")
        try connection.execute(
            "CREATE \(unique ? "UNIQUE " : "")INDEX CONCURRENTLY \(Tables.quoted(identifier: name)) ON \(tables.messages) \(columns)"
        )
        try connection.execute("SET lock_timeout = '\(migrator.configuration.limits.lockTimeoutSeconds)s'")
    }

    /// A transaction that locks a table, tried until it gets it. One table and no more: programs that lock both, in whatever order, would
    /// else wait for it while it waits for them.
    private func withTableLock(_ body: () throws -> Void) throws {
        for attempt in 1... {
            try connection.execute("BEGIN")
            do {
                try connection.execute("SET LOCAL lock_timeout = '\(Self.tableLockSeconds)s'")
                try body()
                return try connection.execute("COMMIT")
            } catch {
                try? connection.execute("ROLLBACK")
                guard let failure = error as? PostgresFailure, ["55P03", "40P01"].contains(failure.sqlState),
                    attempt < Self.tableLockAttempts
                else { throw error }
                if attempt == 1 { migrator.report("the tables are in use; trying again") }
                try connection.execute("SELECT pg_sleep(0.2)")
            }
        }
    }
}
