import GRDB
import GeneratedMessages
import ProtobufRuntime

/// Reading sessions within a transaction.
enum SQLiteSessionReads {
    /// The session, deleted or not, whoever's it is.
    static func find(_ id: UUID, on database: Database) throws -> Session? {
        let select = try PreparedStatement(
            database, "SELECT \(SQLiteSessionColumns.list) FROM chat_sessions WHERE session_id = ?")
        defer { select.reset() }
        select.bind(id, at: 1)
        return try select.step() ? SQLiteSessionColumns.decode(select) : nil
    }

    /// What a page of a session's messages needs of it.
    static func findHead(_ id: UUID, on database: Database) throws -> SQLiteSessionHead? {
        let select = try PreparedStatement(
            database, "SELECT \(SQLiteSessionHead.list) FROM chat_sessions WHERE session_id = ?")
        defer { select.reset() }
        select.bind(id, at: 1)
        return try select.step() ? SQLiteSessionHead(select) : nil
    }

    static func list(
        _ query: SessionQuery, owner: String?, on database: Database
    ) throws -> ListSessionsResponse {
        var page = ListSessionsResponse()
        // Both restrict: another user's sessions are not an owner's to list.
        if let owner, let user = query.userID, owner != user { return page }
        let user = owner ?? query.userID
        let select = try PreparedStatement(database, sql(ofOneUser: user != nil, behind: query.after != nil))
        defer { select.reset() }
        select.bind(query.deleted ? 0 : 1, at: 1)
        select.bind(max(query.offset, 0), at: 2)
        if let user { select.bind(user, at: 3) }
        if let after = query.after {
            select.bind(after.lastActivity, at: 4)
            select.bind(after.id, at: 5)
            select.bind(SQLiteSessionHead.activityHour(ofMicroseconds: after.lastActivity), at: 6)
        }
        while try select.step() {
            guard page.sessions.count < query.limit else {
                page.hasMore = true
                break
            }
            page.sessions.append { SQLiteSessionColumns.decode(select, into: &$0) }
        }
        return page
    }

    /// By the index over hours, so that only the hours that the page reaches are sorted.
    private static func sql(ofOneUser: Bool, behind: Bool) -> String {
        let activity = "coalesce(last_message_at, created_at)"
        return """
            SELECT \(SQLiteSessionColumns.list) FROM chat_sessions
            WHERE is_active = ?1\(ofOneUser ? " AND user_id = ?3" : "")\(behind ? """
                 AND activity_hour <= ?6 AND (\(activity) < ?4 OR \(activity) = ?4 AND session_id > ?5)
                """ : "")
            ORDER BY activity_hour DESC, \(activity) DESC, session_id
            LIMIT -1 OFFSET ?2
            """
    }
}
