import GRDB
import GeneratedMessages
import GeneratedRPC
import ProtobufRuntime

/// Changing one message within a transaction of the writer.
enum SQLiteMessageWrites {
    /// The message after it, or why the caller can't have that. Throws what undoes the transaction.
    static func write(
        _ job: MessageJob, at now: Int64, on database: Database
    ) throws -> Result<Message, StoreError> {
        guard let session = try SQLiteSessionReads.find(job.sessionID, on: database), session.isVisible(to: job.owner),
            let head = try SQLiteSessionReads.findHead(job.sessionID, on: database),
            let message = try SQLiteMessageReads.find(job.messageID, of: head, in: job.sessionID, on: database)
        else { return .failure(StoreError(.messageNotFound)) }
        let shown = try shown(in: head, on: database)
        let outcome: MessageChange.Outcome?
        do throws(StoreError) {
            outcome = try job.change.apply(to: message, of: session, shown: shown, at: now)
        } catch {
            return .failure(error)
        }
        guard let outcome else { return .success(message) }
        try update(outcome, of: head, on: database)
        return .success(outcome.message)
    }

    /// The newest two visible messages by user or assistant, newest first.
    private static func shown(in head: SQLiteSessionHead, on database: Database) throws -> [Message] {
        let select = try PreparedStatement(
            database,
            """
            SELECT seq, content FROM chat_messages
            WHERE session = ? AND seq >= ? AND deleted_at IS NULL AND role <> 'system' ORDER BY seq DESC LIMIT 2
            """)
        defer { select.reset() }
        select.bind(head.number, at: 1)
        select.bind(head.counters.epochFirstSeq, at: 2)
        var shown: [Message] = []
        while try select.step() {
            var message = Message()
            message.seq = select.int64(0)
            select.withText(1) { message.setContent(utf8: $0) }
            shown.append(message)
        }
        return shown
    }

    private static func update(
        _ outcome: MessageChange.Outcome, of head: SQLiteSessionHead, on database: Database
    ) throws {
        let message = outcome.message
        let update = try PreparedStatement(
            database,
            """
            UPDATE chat_messages SET content = ?3, metadata = ?4, revision = ?5, change_revision = ?5, edited_at = ?6,
                deleted_at = ?7
            WHERE session = ?1 AND seq = ?2
            """)
        update.bind(head.number, at: 1)
        update.bind(message.seq, at: 2)
        update.bind(message.contentUTF8, at: 3)
        update.bind(message.hasMetadata ? message.metadataUTF8 : nil, at: 4)
        update.bind(outcome.revision, at: 5)
        update.bind(message.hasEditedAt ? message.editedAt.unixMicroseconds : nil, at: 6)
        update.bind(message.hasDeletedAt ? message.deletedAt.unixMicroseconds : nil, at: 7)
        do throws(SQLiteFailure) {
            try update.run()
        } catch {
            throw error.storeError()
        }
        let touch = try PreparedStatement(
            database,
            "UPDATE chat_sessions SET revision = ?2, tombstone_count = tombstone_count + ?3, preview = ?4 WHERE number = ?1"
        )
        touch.bind(head.number, at: 1)
        touch.bind(outcome.revision, at: 2)
        touch.bind(outcome.newTombstones, at: 3)
        touch.bind(outcome.preview.map { String(decoding: $0, as: UTF8.self) }, at: 4)
        try touch.run()
    }
}
