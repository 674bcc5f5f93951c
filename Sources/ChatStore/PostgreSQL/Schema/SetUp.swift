/// What a new connection begins with: is it the right kind of database, are the tables as this server knows them (else
/// they are migrated), and the statements prepared.
final class SetUp: Exchange {
    enum Outcome {
        case ready
        case notNow(PostgresFailure)
        /// What no retry mends.
        case never(PostgresConfigurationError)
    }

    private enum Step {
        case examining, readingVersion, locking, migrating, rollingBack, preparing
    }

    private let tables: Tables
    private let statements: [NamedStatement]
    private let configuration: PostgresConfiguration
    private var step = Step.examining
    private(set) var outcome = Outcome.ready
    private var findings = Findings()
    private var version: Int32 = 0

    /// What the database says of itself.
    private struct Findings {
        var isDurable = false
        var isReadOnly = false
        var hasMigrations = false
        var hasMessages = false
    }

    init(_ configuration: PostgresConfiguration, statements: [NamedStatement]) {
        self.configuration = configuration
        self.statements = statements
        tables = Tables(schema: configuration.schema)
    }

    func start(on connection: PostgresConnection) throws(PostgresFailure) {
        try connection.execute(sql: SessionSettings.sql(configuration.limits))
        try examine(connection)
        try connection.sync()
    }

    func receive(_ result: borrowing PostgresResult, on connection: PostgresConnection) throws(PostgresFailure) {
        if let failure = result.failure {
            if case .ready = outcome { outcome = .notNow(failure) }
            return
        }
        guard !result.isPassedOver, result.rowCount == 1 else { return }
        do throws(StoreError) {
            switch step {
            case .examining where result.columnCount == 4:
                findings = Findings(
                    isDurable: try result.bool(0, 0), isReadOnly: try result.bool(0, 1),
                    hasMigrations: try result.bool(0, 2), hasMessages: try result.bool(0, 3))
            case .readingVersion: version = try result.int32(0, 0)
            default: break
            }
        } catch {
            throw PostgresFailure(message: error.message)
        }
    }

    func synced(on connection: PostgresConnection) throws(PostgresFailure) -> Bool {
        if case .notNow = outcome, connection.isInTransaction, step != .rollingBack {
            step = .rollingBack
            try connection.execute(sql: "ROLLBACK")
            try connection.sync()
            return false
        }
        guard case .ready = outcome else { return true }
        switch step {
        case .examining: return try examined(connection)
        case .readingVersion: return try readVersion(connection)
        case .locking:
            step = .examining
            try examine(connection)
            try connection.sync()
            return false
        case .migrating:
            step = .preparing
            try prepare(connection)
            return false
        case .preparing, .rollingBack: return true
        }
    }

    func lost(_ failure: PostgresFailure) {}

    // MARK: Steps

    /// Looks into the catalog's tables: to_regclass would answer from a cache that another server's migration has not
    /// reached yet.
    private func examine(_ connection: PostgresConnection) throws(PostgresFailure) {
        let schema = Tables.quoted(literal: tables.schema)
        func exists(_ table: String) -> String {
            """
            EXISTS (SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = \(schema) AND c.relname = '\(table)')
            """
        }
        try connection.execute(
            sql: """
                SELECT current_setting('fsync') = 'on' AND current_setting('synchronous_commit') <> 'off', \
                pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on', \
                \(exists("chat_migrations")), \(exists("chat_messages"))
                """)
    }

    private func examined(_ connection: PostgresConnection) throws(PostgresFailure) -> Bool {
        guard findings.isDurable || configuration.allowUnsafeDurability else {
            outcome = .never(
                PostgresConfigurationError(
                    "the database runs with fsync or synchronous_commit off: it may lose messages that were acknowledged"
                ))
            return true
        }
        guard !findings.isReadOnly else {
            outcome = .notNow(PostgresFailure(sqlState: "25006", message: "the database is read-only"))
            return true
        }
        if findings.hasMigrations {
            step = .readingVersion
            try connection.execute(sql: "SELECT coalesce(max(number), 0)::int4 FROM \(tables.migrations)")
            try connection.sync()
        } else if findings.hasMessages {
            outcome = .never(
                PostgresConfigurationError(
                    "the schema \(tables.quotedSchema) holds chat_messages of another program, which this version can't upgrade"
                ))
            return true
        } else if connection.isInTransaction {
            try migrate(connection)
        } else {
            try lock(connection)
        }
        return false
    }

    private func readVersion(_ connection: PostgresConnection) throws(PostgresFailure) -> Bool {
        if version >= Migration.latest {
            // Another server may have migrated while this one waited for the lock.
            if connection.isInTransaction { try connection.execute(sql: "COMMIT") }
            step = .preparing
            try prepare(connection)
        } else if connection.isInTransaction {
            try migrate(connection)
        } else {
            try lock(connection)
        }
        return false
    }

    /// One server migrates at a time. Once it has the lock, it looks again.
    private func lock(_ connection: PostgresConnection) throws(PostgresFailure) {
        step = .locking
        let key = Tables.quoted(literal: "chatrpc migration of \(tables.quotedSchema)")
        try connection.execute(sql: "BEGIN")
        try connection.execute(sql: "SELECT pg_advisory_xact_lock(hashtextextended(\(key), 0))")
        try connection.sync()
    }

    private func migrate(_ connection: PostgresConnection) throws(PostgresFailure) {
        step = .migrating
        if version == 0 {
            try connection.execute(sql: "CREATE SCHEMA IF NOT EXISTS \(tables.quotedSchema)")
            try connection.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS \(tables.migrations) (
                        number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
                    )
                    """)
        }
        for migration in Migration.all(tables) where migration.number > version {
            for statement in migration.statements { try connection.execute(sql: statement) }
            let name = Tables.quoted(literal: migration.name)
            try connection.execute(
                sql: "INSERT INTO \(tables.migrations) (number, name) VALUES (\(migration.number), \(name))")
        }
        try connection.execute(sql: "COMMIT")
        try connection.sync()
    }

    private func prepare(_ connection: PostgresConnection) throws(PostgresFailure) {
        for statement in statements { try connection.prepare(statement.name, statement.sql) }
        try connection.sync()
    }
}
