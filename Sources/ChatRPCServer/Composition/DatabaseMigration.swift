import ChatStore

/// Migrations of the database that a configuration names, apart from a server.
public struct DatabaseMigration: Sendable {
    private enum Place {
        case sqlite(SQLiteConfiguration)
        case postgresql(PostgresConfiguration)
    }

    private let place: Place

    /// - Throws: what is wrong with the configuration.
    public init(_ choice: DatabaseChoice, allowUnsafeDurability: Bool) throws {
        switch choice.database {
        case .sqlite(let path): place = .sqlite(SQLiteConfiguration(path: path))
        case .postgresql(let connection):
            var postgres = try PostgresConfiguration(
                url: connection, schema: choice.schema ?? PostgresConfiguration.defaultSchema)
            postgres.allowUnsafeDurability = allowUnsafeDurability
            place = .postgresql(postgres)
        }
    }

    /// What `migrate` would do, in words; empty where there is nothing to do.
    public func pending() async throws -> [String] {
        switch place {
        case .sqlite(let configuration): try SQLiteMigrations.pending(configuration)
        case .postgresql(let configuration): try await PostgresMigrations.pending(configuration)
        }
    }

    /// Runs what is pending.
    ///
    /// - Parameters:
    ///   - contract: also ends the compatibility with the program whose tables were upgraded. SQLite has none.
    ///   - report: told of each step, on any thread.
    public func run(contract: Bool, report: @escaping @Sendable (String) -> Void) async throws {
        switch place {
        case .sqlite(let configuration):
            for step in try SQLiteMigrations.pending(configuration) { report(step) }
            try await SQLiteMigrations.migrate(configuration)
        case .postgresql(let configuration) where contract:
            try await PostgresMigrations.contract(configuration, report: report)
        case .postgresql(let configuration):
            try await PostgresMigrations.migrate(configuration, report: report)
        }
    }
}
