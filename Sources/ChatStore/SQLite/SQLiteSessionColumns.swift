import GeneratedMessages
import GeneratedRPC
import ProtobufRuntime

/// The columns of a session as the statements select them, and what is made from a row of them: bytes go from the row
/// into the message, without a `String`.
enum SQLiteSessionColumns {
    static let list = """
        session_id, name, description, agent_name, user_id, created_at, last_message_at, preview, is_active, \
        last_seq - epoch_first_seq + 1 - tombstone_count, last_seq, revision, reset_epoch
        """

    static func decode(_ row: PreparedStatement, into session: inout Session) {
        row.uuid(0).withTextUTF8 { session.setID(utf8: $0) }
        row.withText(1) { session.setName(utf8: $0) }
        row.withText(2) { session.setDescription(utf8: $0) }
        row.withText(3) { session.setAgentName(utf8: $0) }
        row.withText(4) { session.setUserID(utf8: $0) }
        session.createdAt.unixMicroseconds = row.int64(5)
        if let time = row.optionalInt64(6) { session.lastMessageAt.unixMicroseconds = time }
        row.withText(7) { session.setPreview(utf8: $0) }
        session.isActive = row.int64(8) != 0
        session.messageCount = row.int64(9)
        session.lastSeq = row.int64(10)
        session.revision = row.int64(11)
        session.resetEpoch = row.int64(12)
    }

    static func decode(_ row: PreparedStatement) -> Session {
        var session = Session()
        decode(row, into: &session)
        return session
    }
}

/// What appends and pages need of a session: its number within the file, and its counters.
struct SQLiteSessionHead {
    var number: Int64
    var counters: SessionCounters
    /// The hour of its last activity, as the row has it.
    var activityHour: Int64

    static let list = """
        number, user_id, is_active, last_seq, revision, reset_epoch, epoch_first_seq, tombstone_count, activity_hour
        """

    /// Hours since 1970, rounded down.
    static func activityHour(ofMicroseconds time: Int64) -> Int64 {
        let hour: Int64 = 3_600_000_000
        let (quotient, remainder) = time.quotientAndRemainder(dividingBy: hour)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

extension SQLiteSessionHead {
    init(_ row: PreparedStatement) {
        number = row.int64(0)
        counters = SessionCounters(
            userID: row.string(1), isActive: row.int64(2) != 0, lastSeq: row.int64(3), revision: row.int64(4),
            resetEpoch: row.int64(5), epochFirstSeq: row.int64(6), tombstoneCount: row.int64(7))
        activityHour = row.int64(8)
    }
}
