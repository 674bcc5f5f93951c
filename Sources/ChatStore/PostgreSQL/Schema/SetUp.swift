/// What a new connection begins with: is it the right kind of database, are the tables as this server knows them
/// (``Migrator`` makes them so), and the statements prepared.
final class SetUp: Exchange {
    enum Outcome {
        case ready
        case notNow(PostgresFailure)
        /// What no retry mends.
        case never(PostgresConfigurationError)
    }

    private enum Step {
        case examining, readingVersion, preparing
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
            case .examining where result.columnCount == 3:
                findings = Findings(
                    isDurable: try result.bool(0, 0), isReadOnly: try result.bool(0, 1),
                    hasMigrations: try result.bool(0, 2))
            case .readingVersion: version = try result.int32(0, 0)
            default: break
            }
        } catch {
            throw PostgresFailure(message: error.message)
        }
    }

    func synced(on connection: PostgresConnection) throws(PostgresFailure) -> Bool {
        guard case .ready = outcome else { return true }
        switch step {
        case .examining: return try examined(connection)
        case .readingVersion:
            guard version >= Migration.latest else { return wait(for: "the tables have not been migrated") }
            step = .preparing
            try prepare(connection)
            return false
        case .preparing: return true
        }
    }

    func lost(_ failure: PostgresFailure) {}

    // MARK: Steps

    private func examine(_ connection: PostgresConnection) throws(PostgresFailure) {
        try connection.execute(
            sql: """
                SELECT current_setting('fsync') = 'on' AND current_setting('synchronous_commit') <> 'off', \
                pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on', \
                EXISTS (SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
                WHERE n.nspname = \(Tables.quoted(literal: tables.schema)) AND c.relname = 'chat_migrations')
                """)
    }

    private func examined(_ connection: PostgresConnection) throws(PostgresFailure) -> Bool {
        guard findings.isDurable || configuration.allowUnsafeDurability else {
            outcome = .never(.unsafe)
            return true
        }
        guard !findings.isReadOnly else {
            outcome = .notNow(PostgresFailure(sqlState: "25006", message: "the database is read-only"))
            return true
        }
        guard findings.hasMigrations else { return wait(for: "there are no tables") }
        step = .readingVersion
        try connection.execute(sql: "SELECT coalesce(max(number), 0)::int4 FROM \(tables.migrations)")
        try connection.sync()
        return false
    }

    private func wait(for reason: String) -> Bool {
        outcome = .notNow(PostgresFailure(message: reason))
        return true
    }

    private func prepare(_ connection: PostgresConnection) throws(PostgresFailure) {
        for statement in statements { try connection.prepare(statement.name, statement.sql) }
        try connection.sync()
    }
}
