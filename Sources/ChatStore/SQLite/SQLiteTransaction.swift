import GRDB
import GRDBSQLite

/// Transactions by prepared statements; every failure leaves as a `StoreError`, with the connection outside of any
/// transaction.
enum SQLiteTransaction {
    /// Sees one commit throughout, and waits for nobody.
    static func read<Outcome>(_ database: Database, _ body: () throws -> Outcome) throws -> Outcome {
        do {
            try PreparedStatement(database, "BEGIN").run()
            let outcome = try body()
            try PreparedStatement(database, "COMMIT").run()
            return outcome
        } catch {
            rollBack(database)
            throw storeError(of: error)
        }
    }

    /// Has the file's write lock from its beginning; on disk once it returns.
    static func write<Outcome>(_ database: Database, _ body: () throws -> Outcome) throws -> Outcome {
        let outcome: Outcome
        do {
            try PreparedStatement(database, "BEGIN IMMEDIATE").run()
            outcome = try body()
        } catch {
            rollBack(database)
            throw storeError(of: error)
        }
        do {
            try PreparedStatement(database, "COMMIT").run()
            return outcome
        } catch {
            rollBack(database)
            throw storeError(of: error, committing: true)
        }
    }

    /// Runs what is no transaction, with its failures as `StoreError` too.
    static func reportingStoreErrors<Outcome>(_ body: () throws -> Outcome) throws -> Outcome {
        do {
            return try body()
        } catch {
            throw storeError(of: error)
        }
    }

    /// Some failures, such as a full disk, have rolled the transaction back already.
    private static func rollBack(_ database: Database) {
        guard sqlite3_get_autocommit(database.sqliteConnection) == 0 else { return }
        try? PreparedStatement(database, "ROLLBACK").run()
    }

    private static func storeError(of error: any Error, committing: Bool = false) -> StoreError {
        switch error {
        case let error as StoreError: error
        case let error as SQLiteFailure: error.storeError(committing: committing)
        case let error as DatabaseError: SQLiteFailure(error).storeError(committing: committing)
        default: StoreError(.failed, "SQLite store: \(error)", cause: error)
        }
    }
}

extension SQLiteFailure {
    /// Of a statement that GRDB could not prepare.
    fileprivate init(_ error: DatabaseError) {
        code = error.extendedResultCode.rawValue
        message = error.message ?? ""
    }
}
