import CLibPQ

/// The one owner of a PGresult: what one statement answered. Values are in binary format.
struct PostgresResult: ~Copyable {
    private let handle: OpaquePointer

    init(owning handle: OpaquePointer) {
        self.handle = handle
    }

    deinit {
        PQclear(handle)
    }

    /// Whether it is the answer to a sync, which ends a pipeline's segment.
    var isSync: Bool { PQresultStatus(handle) == PGRES_PIPELINE_SYNC }

    /// Whether the statement was passed over, because one before it failed.
    var isPassedOver: Bool { PQresultStatus(handle) == PGRES_PIPELINE_ABORTED }

    /// Why the statement failed; nil if it did not.
    var failure: PostgresFailure? {
        let status = PQresultStatus(handle)
        if status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || isSync || isPassedOver { return nil }
        let severity = field(PG_DIAG_SEVERITY_NONLOCALIZED) ?? ""
        return PostgresFailure(
            sqlState: field(PG_DIAG_SQLSTATE) ?? "", endsConnection: severity == "FATAL" || severity == "PANIC",
            message: field(PG_DIAG_MESSAGE_PRIMARY) ?? "no result", constraint: field(PG_DIAG_CONSTRAINT_NAME))
    }

    /// The command's tag, such as COMMIT; a COMMIT of a failed transaction is tagged ROLLBACK.
    var isCommit: Bool {
        guard let tag = PQcmdStatus(handle) else { return false }
        return String(cString: tag) == "COMMIT"
    }

    var rowCount: Int { Int(PQntuples(handle)) }

    var columnCount: Int { Int(PQnfields(handle)) }

    /// The bytes of a value, or nil for NULL. Valid as long as the result is.
    func bytes(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer? {
        let (row, column) = (Int32(truncatingIfNeeded: row), Int32(truncatingIfNeeded: column))
        guard PQgetisnull(handle, row, column) == 0, let start = PQgetvalue(handle, row, column) else { return nil }
        return UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(handle, row, column)))
    }

    private func field(_ code: Int) -> String? {
        PQresultErrorField(handle, Int32(truncatingIfNeeded: code)).map { String(cString: $0) }
    }
}

// The codes of postgres_ext.h, which are macros on characters and so are not imported.
private let PG_DIAG_SEVERITY_NONLOCALIZED = Int(UInt8(ascii: "V"))
private let PG_DIAG_SQLSTATE = Int(UInt8(ascii: "C"))
private let PG_DIAG_MESSAGE_PRIMARY = Int(UInt8(ascii: "M"))
private let PG_DIAG_CONSTRAINT_NAME = Int(UInt8(ascii: "n"))

extension PostgresResult {
    /// The severity of a notice, which libpq hands over as a result.
    static func isWarning(notice: OpaquePointer) -> Bool {
        let code = Int32(truncatingIfNeeded: PG_DIAG_SEVERITY_NONLOCALIZED)
        return PQresultErrorField(notice, code).map { String(cString: $0) } == "WARNING"
    }
}
