import ChatStore
import Logging

/// The store of a URL, and for PostgreSQL of a schema.
func openStore(_ arguments: [String]) throws -> any ChatStore {
    let logger = Logger(label: "crash-writer", factory: { StreamLogHandler.standardError(label: $0) })
    #if !CHATSTORE_TESTS_SQLITE_ONLY
        if arguments[0].hasPrefix("postgres") {
            return PostgresChatStore(
                configuration: try PostgresConfiguration(url: arguments[0], schema: arguments[1]), logger: logger)
        }
    #endif
    return SQLiteStore(try SQLiteConfiguration(url: arguments[0]), logger: logger)
}
