import GeneratedMessages
import GeneratedRPC
import ProtobufRuntime

/// The columns of a session as every statement selects them, and the message made from a row of them.
enum SessionColumns {
    static let list = list(of: "")

    /// - Parameter table: the name of the table and a point, or nothing.
    static func list(of table: String) -> String {
        let names = [
            "session_id", "name", "description", "agent_name", "user_id", "created_at", "last_message_at", "preview",
            "is_active", "last_seq - \(table)epoch_first_seq + 1 - \(table)tombstone_count", "last_seq", "revision",
            "reset_epoch",
        ]
        return names.map { table + $0 }.joined(separator: ", ")
    }

    static let count = 13

    static func decode(
        _ result: borrowing PostgresResult, row: Int, from first: Int = 0, into session: inout Session
    ) throws(StoreError) {
        let id = try result.uuid(row, first)
        id.withTextUTF8 { session.setID(utf8: $0) }
        if let name = result.bytes(row, first + 1) { session.setName(utf8: name.bytes) }
        if let description = result.bytes(row, first + 2) { session.setDescription(utf8: description.bytes) }
        if let agentName = result.bytes(row, first + 3) { session.setAgentName(utf8: agentName.bytes) }
        if let userID = result.bytes(row, first + 4) { session.setUserID(utf8: userID.bytes) }
        session.createdAt.unixMicroseconds = try result.time(row, first + 5)
        if let time = try result.optionalTime(row, first + 6) { session.lastMessageAt.unixMicroseconds = time }
        if let preview = result.bytes(row, first + 7) { session.setPreview(utf8: preview.bytes) }
        session.isActive = try result.bool(row, first + 8)
        session.messageCount = try result.int64(row, first + 9)
        session.lastSeq = try result.int64(row, first + 10)
        session.revision = try result.int64(row, first + 11)
        session.resetEpoch = try result.int64(row, first + 12)
    }

    static func decode(_ result: borrowing PostgresResult, row: Int) throws(StoreError) -> Session {
        var session = Session()
        try decode(result, row: row, into: &session)
        return session
    }
}
