import GeneratedMessages

/// Brings a database to the shape that this server knows: makes the tables in an empty one, runs the migrations that are
/// pending, upgrades an old one (``OldShape``). One server at a time does it, under an advisory lock; whoever waited looks again.
///
/// It can be stopped or killed anywhere and begun again: each step is a transaction, or asks whether it is done.
struct Migrator {
    /// What a database is found to be.
    struct Findings: Sendable, Hashable {
        var isDurable = false
        var isReadOnly = false
        /// Of the last migration that was run; 0 for none.
        var version: Int32 = 0
        /// Whether there are tables of the program before this one, or such as are on their way to be ours.
        var hasOldTables = false
        /// Whether what only that program needs is still there.
        var isCompatible = false
    }

    let connection: MigrationConnection
    let configuration: PostgresConfiguration
    let tables: Tables
    /// Told of each step, in words for people.
    let report: @Sendable (String) -> Void

    init(
        _ connection: MigrationConnection, _ configuration: PostgresConfiguration,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.connection = connection
        self.configuration = configuration
        tables = Tables(schema: configuration.schema)
        self.report = report
    }

    /// Runs what is pending.
    ///
    /// - Throws: ``PostgresConfigurationError`` where no retry helps, ``PostgresFailure`` where one may.
    func migrate() throws {
        try settle()
        guard try check().version < Migration.latest else { return }
        try withLock {
            var findings = try check()
            if findings.version == 0 {
                if findings.hasOldTables { try OldShape(self).checkColumns() }
                try connection.execute("CREATE SCHEMA IF NOT EXISTS \(tables.quotedSchema)")
                try connection.execute(
                    """
                    CREATE TABLE IF NOT EXISTS \(tables.migrations) (
                        number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
                    )
                    """)
                if findings.hasOldTables {
                    try OldShape(self).upgrade()
                    findings.version = 1
                }
            }
            for migration in Migration.all(tables) where migration.number > findings.version {
                try run(migration)
            }
        }
    }

    /// Drops what only the old program needs.
    func contract() throws {
        try migrate()
        try withLock { try OldShape(self).contract() }
    }

    /// What `migrate` would do, in words; empty for nothing. Changes nothing.
    func plan() throws -> [String] {
        try settle()
        let findings = try check()
        var steps = findings.version == 0 && findings.hasOldTables ? try OldShape(self).plan() : []
        let first = steps.isEmpty ? findings.version : 1
        steps += Migration.all(tables).filter { $0.number > first }.map { "run migration \($0.number), \($0.name)" }
        return steps
    }

    // MARK: Steps

    private func run(_ migration: Migration) throws(PostgresFailure) {
        report("migration \(migration.number), \(migration.name)")
        try connection.transaction { () throws(PostgresFailure) in
            for statement in migration.statements { try connection.execute(statement) }
            try record(migration.number, migration.name)
        }
    }

    func record(_ number: Int32, _ name: String) throws(PostgresFailure) {
        let name = Tables.quoted(literal: name)
        try connection.execute("INSERT INTO \(tables.migrations) (number, name) VALUES (\(number), \(name))")
    }

    private func settle() throws(PostgresFailure) {
        // Steps take as long as they take; what waits for a lock holds others up, and gives way.
        try connection.execute("SET statement_timeout = 0")
        try connection.execute("SET lock_timeout = '\(configuration.limits.lockTimeoutSeconds)s'")
        try connection.execute("SET client_min_messages = warning")
    }

    /// Whether the database can be served, and how far it is.
    private func check() throws -> Findings {
        let findings = try find()
        guard findings.isDurable || configuration.allowUnsafeDurability else { throw PostgresConfigurationError.unsafe }
        guard !findings.isReadOnly else {
            throw PostgresFailure(sqlState: "25006", message: "the database is read-only")
        }
        return findings
    }

    func find() throws -> Findings {
        let first = try connection.run(
            """
            SELECT current_setting('fsync') = 'on' AND current_setting('synchronous_commit') <> 'off', \
            pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on', \
            \(exists("chat_migrations")), \(exists("chat_messages")) OR \(exists("chat_sessions")), \
            EXISTS (SELECT FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
            WHERE n.nspname = \(Tables.quoted(literal: tables.schema)) AND p.proname = '\(OldShape.insertFunction)')
            """)
        var findings = Findings(
            isDurable: try first.bool(0, 0), isReadOnly: try first.bool(0, 1), hasOldTables: try first.bool(0, 3),
            isCompatible: try first.bool(0, 4))
        if try first.bool(0, 2) {
            findings.version = try connection.run("SELECT coalesce(max(number), 0)::int4 FROM \(tables.migrations)")
                .int32(0, 0)
        }
        if findings.version > 0 { findings.hasOldTables = false }
        return findings
    }

    /// Whether the schema has a table of that name. By the catalog's tables: to_regclass would answer from a cache that another
    /// server's migration has not reached yet.
    private func exists(_ table: String) -> String {
        """
        EXISTS (SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = \(Tables.quoted(literal: tables.schema)) AND c.relname = '\(table)')
        """
    }

    // MARK: The lock

    /// Of the connection, not of a transaction: an index that is made beside running programs can't be made in one. It is asked for
    /// again and again instead of waited for, since that index would wait for whoever waits in a statement.
    private func withLock(_ body: () throws -> Void) throws {
        let key = "hashtextextended(\(Tables.quoted(literal: "chatrpc migration of \(tables.quotedSchema)")), 0)"
        var hasSaidSo = false
        while try !connection.run("SELECT pg_try_advisory_lock(\(key))").bool(0, 0) {
            if !hasSaidSo { report("another server is migrating; waiting for it") }
            hasSaidSo = true
            try connection.execute("SELECT pg_sleep(0.1)")
        }
        defer { try? connection.execute("SELECT pg_advisory_unlock(\(key))") }
        try body()
    }
}

extension PostgresConfigurationError {
    static let unsafe = PostgresConfigurationError(
        "the database runs with fsync or synchronous_commit off: it may lose messages that were acknowledged")
}
