import GeneratedMessages
import GeneratedRPC
import ProtobufRuntime

/// The columns of a message and of the session `s` around it, as every statement selects them, and the message made
/// from a row of them: bytes go from the result into the message, without a `String`.
enum MessageColumns {
    static let list = list(content: "m.content")

    /// - Parameter content: An expression for the column of the content.
    static func list(content: String) -> String {
        """
        s.revision, s.reset_epoch, s.last_seq - s.epoch_first_seq + 1 - s.tombstone_count, \
        m.seq, m.message_id, coalesce(m.change_revision, m.revision), m.role, \(content), m.agent_name, m.user_id, \
        m."timestamp", m.metadata, m.state, m.edited_at, m.deleted_at
        """
    }

    static let sessionRevision = 0
    static let sessionEpoch = 1
    static let messageCount = 2
    /// NULL in the one row of a page without messages.
    static let seq = 3
    static let deletedAt = 14
    static let count = 15

    /// What a message of a row takes in a page; nil where the row comes without its content.
    static func encodedBytes(_ result: borrowing PostgresResult, row: Int) -> Int? {
        let content = result.byteCount(row, 7)
        guard content > 0 || result.bytes(row, 7) != nil else { return nil }
        return PageBudget.encodedBytes(
            content: content, metadata: result.byteCount(row, 11), agentName: result.byteCount(row, 8),
            userID: result.byteCount(row, 9))
    }

    static func decode(
        _ result: borrowing PostgresResult, row: Int, sessionID: RawSpan, into message: inout Message
    ) throws(StoreError) {
        message.setSessionID(utf8: sessionID)
        message.resetEpoch = try result.int64(row, sessionEpoch)
        message.seq = try result.int64(row, seq)
        let id = try result.uuid(row, 4)
        id.withTextUTF8 { message.setMessageID(utf8: $0) }
        message.revision = try result.int64(row, 5)
        if let role = result.bytes(row, 6) { message.role = Role(word: role.bytes) }
        if let content = result.bytes(row, 7) { message.setContent(utf8: content.bytes) }
        if let agentName = result.bytes(row, 8) { message.setAgentName(utf8: agentName.bytes) }
        if let userID = result.bytes(row, 9) { message.setUserID(utf8: userID.bytes) }
        message.timestamp.unixMicroseconds = try result.time(row, 10)
        if let metadata = result.bytes(row, 11), metadata.count > 0 {
            // jsonb_send writes a version byte and then the text.
            message.setMetadata(utf8: UnsafeRawBufferPointer(rebasing: metadata[1...]).bytes)
        }
        message.state = MessageState(rawValue: Int32(try result.int16(row, 12)))
        if let time = try result.optionalTime(row, 13) { message.editedAt.unixMicroseconds = time }
        if let time = try result.optionalTime(row, deletedAt) { message.deletedAt.unixMicroseconds = time }
    }

    static func decode(
        _ result: borrowing PostgresResult, row: Int, of session: UUID
    ) throws(StoreError) -> Message {
        var message = Message()
        try session.withTextUTF8 { sessionID throws(StoreError) in
            try decode(result, row: row, sessionID: sessionID, into: &message)
        }
        return message
    }
}
