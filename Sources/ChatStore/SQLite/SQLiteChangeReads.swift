import GRDB
import GeneratedMessages
import ProtobufRuntime

/// Reading what has changed, within a transaction.
enum SQLiteChangeReads {
    static func page(_ query: ChangeQuery, owner: String?, on database: Database) throws -> ChangePage {
        guard let session = try SQLiteSessionReads.find(query.sessionID, on: database), session.isVisible(to: owner),
            let head = try SQLiteSessionReads.findHead(query.sessionID, on: database)
        else { throw StoreError(.sessionNotFound) }
        var feed = ChangeFeed(
            storeID: try storeID(database), session: session, sessionRevision: try sessionRevision(head, database))
        if let after = query.after { try feed.check(after) }
        if session.isActive { try fill(&feed, query, head, database) }
        return try feed.page(for: query)
    }

    private static func storeID(_ database: Database) throws -> UUID {
        let select = try PreparedStatement(database, "SELECT store_id FROM chat_store")
        defer { select.reset() }
        guard try select.step() else { throw StoreError(.failed, "the file has no store_id") }
        return select.uuid(0)
    }

    private static func sessionRevision(_ head: SQLiteSessionHead, _ database: Database) throws -> Int64 {
        let select = try PreparedStatement(database, "SELECT change_revision FROM chat_sessions WHERE number = ?")
        defer { select.reset() }
        select.bind(head.number, at: 1)
        return try select.step() ? select.int64(0) : 0
    }

    /// Merges, by revision, messages that are new and those that were changed.
    private static func fill(
        _ feed: inout ChangeFeed, _ query: ChangeQuery, _ head: SQLiteSessionHead, _ database: Database
    ) throws {
        let firstSeq = head.counters.epochFirstSeq
        let made = try PreparedStatement(database, madeSince)
        defer { made.reset() }
        made.bind(head.number, at: 1)
        made.bind(max(query.after?.seq ?? 0, firstSeq - 1), at: 2)
        let changed = try PreparedStatement(database, changedSince)
        defer { changed.reset() }
        changed.bind(head.number, at: 1)
        changed.bind(query.after?.revision ?? 0, at: 2)
        changed.bind(firstSeq, at: 3)
        var hasMade = try made.step()
        var hasChanged = try changed.step()
        var budget = PageBudget(maximumBytes: query.maximumBytes)
        while hasMade || hasChanged {
            let takesChanged = hasChanged && (!hasMade || changed.int64(revision) < made.int64(revision))
            let row = takesChanged ? changed : made
            let isDeleted = !row.isNull(SQLiteMessageColumns.deletedAt)
            guard feed.entries.count < query.limit,
                budget.admits(isDeleted ? 0 : SQLiteMessageColumns.encodedBytes(row))
            else {
                feed.hasMoreEntries = true
                return
            }
            var message = Message()
            query.sessionID.withTextUTF8 { SQLiteMessageColumns.decode(row, sessionID: $0, into: &message) }
            if isDeleted {
                message.content = ""
                message.clearMetadata()
            }
            feed.entries.append(.init(message: message, isChanged: takesChanged))
            if takesChanged { hasChanged = try changed.step() } else { hasMade = try made.step() }
        }
    }

    private static let revision: Int32 = 2

    private static let madeSince = """
        SELECT \(SQLiteMessageColumns.list) FROM chat_messages
        WHERE session = ? AND seq > ? AND change_revision IS NULL ORDER BY seq
        """
    private static let changedSince = """
        SELECT \(SQLiteMessageColumns.list) FROM chat_messages
        WHERE session = ? AND change_revision > ? AND seq >= ? ORDER BY change_revision
        """
}
