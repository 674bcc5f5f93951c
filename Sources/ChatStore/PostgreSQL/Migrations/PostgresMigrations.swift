/// What `chatrpc migrate` does to a PostgreSQL database; servers do the same when they start, but for `contract`.
public enum PostgresMigrations {
    /// The steps that are pending, in words; nothing is changed.
    public static func pending(_ configuration: PostgresConfiguration) async throws -> [String] {
        try await perform(configuration, report: { _ in }) { try $0.plan() } ?? []
    }

    /// Makes the tables, or brings them to the latest version; those of the program before this one are upgraded in place.
    ///
    /// - Parameter report: told of each step. It is called on a thread of the store's.
    /// - Throws: ``PostgresConfigurationError``, for a database that can't be reached, too.
    public static func migrate(
        _ configuration: PostgresConfiguration, report: @escaping @Sendable (String) -> Void
    ) async throws {
        _ = try await perform(configuration, report: report) { try $0.migrate() }
    }

    /// The same, and then drops what only that other program needs, which must not run any more.
    public static func contract(
        _ configuration: PostgresConfiguration, report: @escaping @Sendable (String) -> Void
    ) async throws {
        _ = try await perform(configuration, report: report) { try $0.contract() }
    }

    private static func perform<Value: Sendable>(
        _ configuration: PostgresConfiguration, report: @escaping @Sendable (String) -> Void,
        _ work: @escaping @Sendable (Migrator) throws -> Value
    ) async throws -> Value? {
        do {
            return try await MigrationRun(configuration, report: report, failed: { _, _ in false }).perform(work)
        } catch let failure as PostgresFailure {
            throw PostgresConfigurationError("the database can't be migrated now: \(failure.message)")
        }
    }
}
