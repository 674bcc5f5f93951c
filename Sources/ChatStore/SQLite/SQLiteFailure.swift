import GRDBSQLite

/// What SQLite reported: an extended result code (https://www.sqlite.org/rescode.html) and its words.
struct SQLiteFailure: Error {
    var code: Int32
    var message: String

    /// Of the call on this connection that has just failed.
    init(of connection: OpaquePointer?) {
        code = sqlite3_extended_errcode(connection)
        message = String(cString: sqlite3_errmsg(connection))
    }

    private var primaryCode: Int32 { code & 0xFF }

    /// Whether it is about the values of one row, so that the rows beside it can still be written.
    var isOfRow: Bool {
        [SQLITE_CONSTRAINT, SQLITE_TOOBIG, SQLITE_MISMATCH].contains(primaryCode)
    }

    /// Whether a commit that failed so may yet be found after a crash: all of it was written to the log, and only the
    /// call that waits for the disk failed.
    private var leavesCommitInDoubt: Bool {
        code == SQLITE_IOERR | 4 << 8 || code == SQLITE_IOERR | 5 << 8  // IOERR_FSYNC, IOERR_DIR_FSYNC
    }

    /// The error for a caller whose transaction was rolled back.
    func storeError(committing: Bool = false) -> StoreError {
        let words = "SQLite \(code): \(message)"
        if isOfRow { return StoreError(.rowRefused, words) }
        if committing, leavesCommitInDoubt { return StoreError(.inDoubt, words, retryAfter: .seconds(1)) }
        switch primaryCode {
        case SQLITE_FULL, SQLITE_IOERR, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_NOMEM, SQLITE_CANTOPEN, SQLITE_READONLY,
            SQLITE_PROTOCOL, SQLITE_INTERRUPT:
            return StoreError(.unavailable, words, retryAfter: .seconds(1))
        default:
            return StoreError(.failed, words)
        }
    }
}
