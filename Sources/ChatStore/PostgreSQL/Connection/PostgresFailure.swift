/// What PostgreSQL, or the way to it, answered instead of a result.
struct PostgresFailure: Error, Sendable, Hashable {
    /// The five characters of the SQLSTATE; empty where libpq itself failed, such as by a lost connection.
    var sqlState: String
    /// Whether the server closes the connection behind it (severity FATAL or PANIC).
    var endsConnection: Bool
    /// The primary message. Never the detail or the context: those quote rows.
    var message: String
    /// The constraint that a row violated.
    var constraint: String?

    init(sqlState: String = "", endsConnection: Bool = false, message: String, constraint: String? = nil) {
        self.sqlState = sqlState
        self.endsConnection = endsConnection
        self.message = message
        self.constraint = constraint
    }

    /// Whether it is libpq that speaks, of a connection that was lost or not made, and not the server.
    var isOfConnection: Bool { sqlState.isEmpty }

    /// What can be done about it.
    enum Remedy: Sendable, Hashable {
        /// The same transaction may succeed at once: it lost against another one.
        case repeatTransaction
        /// The database can't do it now, whatever the statement.
        case waitForDatabase
        /// A value in the statement was refused.
        case refuseRow
        /// A bug, or tables that are not ours.
        case giveUp
    }

    /// By the classes of the documentation's appendix A, *PostgreSQL Error Codes*.
    var remedy: Remedy {
        switch sqlState {
        // serialization_failure, deadlock_detected, unique_violation: another server made the same row at this moment,
        // and the next attempt sees it.
        case "40001", "40P01", "23505": return .repeatTransaction
        // read_only_sql_transaction (a standby, or a failover on its way), lock_not_available.
        case "25006", "55P03": return .waitForDatabase
        default: break
        }
        if endsConnection { return .waitForDatabase }
        switch sqlState.prefix(2) {
        // Lost connection, insufficient resources (disk full), operator intervention (shutdown, timeouts), I/O errors.
        case "", "08", "53", "57", "58": return .waitForDatabase
        // Data exceptions, integrity, program limits.
        case "22", "23", "54": return .refuseRow
        default: return .giveUp
        }
    }

    /// As callers of the store see it, where the transaction is known not to have committed.
    func storeError(retryAfter: Duration) -> StoreError {
        let text = sqlState.isEmpty ? message : "\(sqlState): \(message)"
        return switch remedy {
        case .repeatTransaction, .waitForDatabase:
            StoreError(.unavailable, text, retryAfter: retryAfter, cause: self)
        case .refuseRow: StoreError(.rowRefused, text, cause: self)
        case .giveUp: StoreError(.failed, text, cause: self)
        }
    }
}
