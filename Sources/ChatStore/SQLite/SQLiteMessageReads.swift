import GRDB
import GeneratedMessages
import ProtobufRuntime

/// Reading messages within a transaction.
enum SQLiteMessageReads {
    static func list(
        _ query: MessageQuery, owner: String?, on database: Database
    ) throws -> ListMessagesResponse {
        var page = ListMessagesResponse()
        guard let head = try SQLiteSessionReads.findHead(query.sessionID, on: database),
            head.counters.isVisible(to: owner), head.counters.isActive
        else { return page }
        page.totalCount = head.counters.messageCount
        page.resetEpoch = head.counters.resetEpoch
        page.revision = head.counters.revision
        let range = MessageRange(of: query, in: head.counters)
        guard !range.isEmpty else { return page }

        let select = try PreparedStatement(database, query.newestFirst ? newestFirst : oldestFirst)
        defer { select.reset() }
        select.bind(head.number, at: 1)
        select.bind(range.above, at: 2)
        select.bind(range.below, at: 3)
        select.bind(range.skip, at: 4)
        let lastSeq = try query.sessionID.withTextUTF8 { sessionID in
            try fill(&page.messages, with: query, from: select, sessionID: sessionID)
        }
        guard let lastSeq else { return page }
        page.hasMore = true
        if query.newestFirst { page.nextBeforeSeq = lastSeq } else { page.nextAfterSeq = lastSeq }
        return page
    }

    /// Takes rows until the page is full; then returns the seq of its last message, or nil where nothing follows.
    private static func fill(
        _ messages: inout RepeatedField<Message>, with query: MessageQuery, from rows: PreparedStatement,
        sessionID: RawSpan
    ) throws -> Int64? {
        var budget = PageBudget(maximumBytes: query.maximumBytes)
        var count = 0
        var lastSeq: Int64 = 0
        while try rows.step() {
            guard count < query.limit, budget.admits(SQLiteMessageColumns.encodedBytes(rows)) else { return lastSeq }
            messages.append { SQLiteMessageColumns.decode(rows, sessionID: sessionID, into: &$0) }
            count += 1
            lastSeq = rows.int64(SQLiteMessageColumns.seq)
        }
        return nil
    }

    /// Nil for one that is not visible.
    static func find(
        _ id: UUID, in session: UUID, owner: String?, on database: Database
    ) throws -> Message? {
        guard let head = try SQLiteSessionReads.findHead(session, on: database),
            head.counters.isVisible(to: owner), head.counters.isActive,
            let message = try find(id, of: head, in: session, on: database), !message.hasDeletedAt
        else { return nil }
        return message
    }

    /// One of the current epoch, deleted or not.
    static func find(
        _ id: UUID, of head: SQLiteSessionHead, in session: UUID, on database: Database
    ) throws -> Message? {
        let select = try PreparedStatement(
            database, "SELECT \(SQLiteMessageColumns.list) FROM chat_messages WHERE message_id = ? AND session = ?")
        defer { select.reset() }
        select.bind(id, at: 1)
        select.bind(head.number, at: 2)
        guard try select.step(), select.int64(SQLiteMessageColumns.seq) >= head.counters.epochFirstSeq else {
            return nil
        }
        var message = Message()
        session.withTextUTF8 { SQLiteMessageColumns.decode(select, sessionID: $0, into: &message) }
        return message
    }

    private static let oldestFirst = page(order: "ASC")
    private static let newestFirst = page(order: "DESC")

    private static func page(order: String) -> String {
        """
        SELECT \(SQLiteMessageColumns.list) FROM chat_messages
        WHERE session = ? AND seq > ? AND seq < ? AND deleted_at IS NULL
        ORDER BY seq \(order) LIMIT -1 OFFSET ?
        """
    }
}
