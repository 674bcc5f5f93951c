import ChatStore
import Logging

/// The store that a configuration names.
enum StoreFactory {
    static func make(_ configuration: ServerConfiguration, logger: Logger) throws -> any ChatStore {
        switch configuration.database {
        case .sqlite(let path):
            return SQLiteStore(SQLiteConfiguration(path: path), logger: logger)
        case .postgresql(let connection):
            var postgres = try PostgresConfiguration(
                url: connection, schema: configuration.databaseSchema ?? PostgresConfiguration.defaultSchema)
            postgres.allowUnsafeDurability = configuration.allowUnsafeDurability
            return PostgresChatStore(configuration: postgres, logger: logger)
        }
    }
}
