import GeneratedMessages
import GeneratedRPC
import ProtobufRuntime

/// The columns of a message as the statements select them, and the message made from a row of them: bytes go from the
/// row into the message, without a `String`.
enum SQLiteMessageColumns {
    static let list = """
        seq, message_id, revision, reset_epoch, role, content, agent_name, user_id, timestamp, metadata, state, \
        edited_at, deleted_at
        """

    static let seq: Int32 = 0
    static let deletedAt: Int32 = 12

    /// What a message of a row takes in a page.
    static func encodedBytes(_ row: PreparedStatement) -> Int {
        PageBudget.encodedBytes(
            content: row.byteCount(5), metadata: row.byteCount(9), agentName: row.byteCount(6), userID: row.byteCount(7)
        )
    }

    static func decode(_ row: PreparedStatement, sessionID: RawSpan, into message: inout Message) {
        message.setSessionID(utf8: sessionID)
        message.seq = row.int64(seq)
        row.uuid(1).withTextUTF8 { message.setMessageID(utf8: $0) }
        message.revision = row.int64(2)
        message.resetEpoch = row.int64(3)
        row.withText(4) { message.role = Role(word: $0) }
        row.withText(5) { message.setContent(utf8: $0) }
        row.withText(6) { message.setAgentName(utf8: $0) }
        row.withText(7) { message.setUserID(utf8: $0) }
        message.timestamp.unixMicroseconds = row.int64(8)
        row.withText(9) { message.setMetadata(utf8: $0) }
        message.state = MessageState(rawValue: Int32(truncatingIfNeeded: row.int64(10)))
        if let time = row.optionalInt64(11) { message.editedAt.unixMicroseconds = time }
        if let time = row.optionalInt64(deletedAt) { message.deletedAt.unixMicroseconds = time }
    }
}
