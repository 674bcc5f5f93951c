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
        let severity = field(severityField) ?? ""
        return PostgresFailure(
            sqlState: field(sqlStateField) ?? "", endsConnection: severity == "FATAL" || severity == "PANIC",
            message: field(messageField) ?? "no result", constraint: field(constraintField))
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
        let count = byteCount(row, column)
        let (row, column) = (Int32(truncatingIfNeeded: row), Int32(truncatingIfNeeded: column))
        guard count > 0 || PQgetisnull(handle, row, column) == 0, let start = PQgetvalue(handle, row, column) else {
            return nil
        }
        return UnsafeRawBufferPointer(start: start, count: count)
    }

    /// How many bytes a value has; 0 for NULL.
    func byteCount(_ row: Int, _ column: Int) -> Int {
        Int(PQgetlength(handle, Int32(truncatingIfNeeded: row), Int32(truncatingIfNeeded: column)))
    }

    private func field(_ code: Int) -> String? {
        PQresultErrorField(handle, Int32(truncatingIfNeeded: code)).map { String(cString: $0) }
    }
}

// The PG_DIAG_ codes of postgres_ext.h, which are macros on characters and so are not imported.
private let severityField = Int(UInt8(ascii: "V"))
private let sqlStateField = Int(UInt8(ascii: "C"))
private let messageField = Int(UInt8(ascii: "M"))
private let constraintField = Int(UInt8(ascii: "n"))

extension PostgresResult {
    /// The severity of a notice, which libpq hands over as a result.
    static func isWarning(notice: OpaquePointer) -> Bool {
        let code = Int32(truncatingIfNeeded: severityField)
        return PQresultErrorField(notice, code).map { String(cString: $0) } == "WARNING"
    }
}
