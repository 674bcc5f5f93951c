import Testing

@testable import ChatStore

@Suite("Tables can be distributed by session_id")
struct DistributionTests {
    private static let distributed: Set = [
        "chat_messages", "chat_sessions", "chat_gone_messages", "chat_message_aliases",
    ]
    /// What lists by user, of all sessions.
    private static let exceptions: Set = [ReadStatements.sessionsOfUser, ReadStatements.sessionsOfAll]
    private static let tables = Tables(schema: "any \"schema\"")

    @Test(
        "Every statement that is prepared names the column for each table, listing by user excepted",
        arguments: AppendStatements(tables).all + ReadStatements(tables).all)
    func named(_ statement: NamedStatement) {
        let missing = DistributionCheck(statement.sql, tables: Self.distributed).tablesWithoutColumn
        #expect(missing.isEmpty == !Self.exceptions.contains(statement.name), "\(missing)")
    }

    @Test(
        "A statement that lacks it is found",
        arguments: [
            ("SELECT * FROM s.chat_messages WHERE message_id = $1", ["chat_messages"]),
            ("SELECT * FROM s.chat_messages AS m WHERE m.message_id = $1", ["chat_messages"]),
            ("SELECT * FROM s.chat_messages AS m WHERE m.session_id <> $1", ["chat_messages"]),
            ("UPDATE s.chat_sessions SET name = $2", ["chat_sessions"]),
            ("UPDATE s.chat_sessions SET session_id = session_id", ["chat_sessions"]),
            ("DELETE FROM s.chat_messages WHERE seq = $1", ["chat_messages"]),
            ("INSERT INTO s.chat_messages (message_id, seq) SELECT $1, $2", ["chat_messages"]),
            // One of two.
            (
                "SELECT * FROM s.chat_sessions AS s JOIN s.chat_messages AS m ON m.message_id = $2 WHERE s.session_id = $1",
                ["chat_messages"]
            ),
            // Joined with each other, and with nothing else.
            (
                "SELECT * FROM s.chat_sessions AS s JOIN s.chat_messages AS m ON m.session_id = s.session_id",
                ["chat_sessions", "chat_messages"]
            ),
            // The second of two parts that call their table alike.
            (
                """
                SELECT * FROM s.chat_messages AS c WHERE c.session_id = $1 UNION ALL SELECT * FROM s.chat_messages AS c WHERE c.seq = $2
                """, ["chat_messages"]
            ),
            (
                "SELECT * FROM unnest($1::uuid[]) AS k (message_id) JOIN s.chat_messages AS m ON m.message_id = k.message_id",
                ["chat_messages"]
            ),
        ])
    func lacking(_ sql: String, _ tables: [String]) {
        #expect(DistributionCheck(sql, tables: Self.distributed).tablesWithoutColumn == tables)
    }

    @Test(
        "A statement that has it passes",
        arguments: [
            "SELECT * FROM s.chat_messages WHERE session_id = $1::uuid AND seq = $2",
            "SELECT 1 FROM \"a b\".chat_sessions WHERE session_id = ANY ($1::uuid[]) FOR UPDATE",
            "SELECT * FROM unnest($1) AS k (session_id, x) JOIN s.chat_messages AS m ON m.session_id = k.session_id",
            "INSERT INTO s.chat_messages (session_id, seq) VALUES ($1, $2)",
            "SELECT * FROM s.chat_store",
        ])
    func having(_ sql: String) {
        #expect(DistributionCheck(sql, tables: Self.distributed).tablesWithoutColumn.isEmpty)
    }
}
