import GRDB
import GRDBSQLite

/// Transactions by prepared statements; every failure leaves as a `StoreError`, and each begins outside of any other.
enum SQLiteTransaction {
    /// Sees one commit throughout, and waits for nobody.
    static func read<Outcome>(_ database: Database, _ body: () throws -> Outcome) throws -> Outcome {
        do {
            try begin("BEGIN", on: database)
            let outcome = try body()
            try PreparedStatement(database, "COMMIT").run()
            return outcome
        } catch {
            throw undone(by: error, on: database)
        }
    }

    /// Has the file's write lock from its beginning; on disk once it returns.
    static func write<Outcome>(_ database: Database, _ body: () throws -> Outcome) throws -> Outcome {
        let outcome: Outcome
        do {
            try begin("BEGIN IMMEDIATE", on: database)
            outcome = try body()
        } catch {
            throw undone(by: error, on: database)
        }
        do {
            try PreparedStatement(database, "COMMIT").run()
            return outcome
        } catch {
            throw undone(by: error, committing: true, on: database)
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

    /// Begins outside of any transaction: what a rollback that failed has left open is undone first, and where that
    /// fails again nothing begins. So nothing that was answered with an error is ever committed.
    private static func begin(_ statement: String, on database: Database) throws {
        try rollBack(database)
        try PreparedStatement(database, statement).run()
    }

    /// Some failures, such as a full disk, have rolled the transaction back already.
    private static func rollBack(_ database: Database) throws {
        guard sqlite3_get_autocommit(database.sqliteConnection) == 0 else { return }
        try PreparedStatement(database, "ROLLBACK").run()
    }

    /// Rolls back, and says why; a rollback that fails too is told with it.
    private static func undone(by error: any Error, committing: Bool = false, on database: Database) -> StoreError {
        var told = storeError(of: error, committing: committing)
        do {
            try rollBack(database)
        } catch {
            told.message += "; the rollback failed: \(storeError(of: error).message)"
        }
        return told
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
