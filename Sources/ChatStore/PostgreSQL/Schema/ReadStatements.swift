/// The statements of the connections that read. Each one names session_id, by which the tables can be distributed,
/// save the lists of sessions.
struct ReadStatements: Sendable {
    static let oldestFirst = "oldest_first"
    static let newestFirst = "newest_first"
    static let oldestFirstOfLarge = "oldest_first_of_large"
    static let newestFirstOfLarge = "newest_first_of_large"
    static let message = "message"
    static let session = "session"
    static let changes = "changes"
    static let sessionsOfUser = "sessions_of_user"
    static let sessionsOfAll = "sessions_of_all"

    let all: [NamedStatement]

    init(_ tables: Tables) {
        all = [
            Self.page(Self.oldestFirst, tables, ascending: true),
            Self.page(Self.newestFirst, tables, ascending: false),
            Self.pageOfLarge(Self.oldestFirstOfLarge, tables, ascending: true),
            Self.pageOfLarge(Self.newestFirstOfLarge, tables, ascending: false),
            NamedStatement(
                name: Self.message,
                sql: """
                    SELECT \(MessageColumns.list)
                    FROM \(tables.sessions) AS s JOIN \(tables.messages) AS m ON m.session_id = s.session_id
                    WHERE s.session_id = $1::uuid AND s.is_active AND ($2::text IS NULL OR s.user_id = $2::text)
                    AND m.message_id = $3::uuid AND m.seq >= s.epoch_first_seq AND m.deleted_at IS NULL
                    """),
            NamedStatement(
                name: Self.session,
                sql: """
                    SELECT \(SessionColumns.list) FROM \(tables.sessions)
                    WHERE session_id = $1::uuid AND ($2::text IS NULL OR user_id = $2::text)
                    """),
            Self.changes(tables),
            Self.sessions(Self.sessionsOfUser, tables, condition: "user_id = $1::text"),
            Self.sessions(Self.sessionsOfAll, tables, condition: "$1::text IS NULL"),
        ]
    }

    /// The page's messages, without the contents of more than $7 bytes.
    private static func page(_ name: String, _ tables: Tables, ascending: Bool) -> NamedStatement {
        page(
            name, tables, content: "CASE WHEN octet_length(m.content) <= $7::int8 THEN m.content END",
            messages: messages(tables, ascending: ascending))
    }

    /// The page's messages as far as they go in $7 bytes: the sum over the rows before the one before is less, which lets
    /// two more through than fit.
    private static func pageOfLarge(_ name: String, _ tables: Tables, ascending: Bool) -> NamedStatement {
        page(
            name, tables, content: "m.content",
            messages: """
                SELECT p.* FROM (
                    SELECT r.*, sum(octet_length(r.content)) OVER (
                        ORDER BY r.seq \(direction(ascending)) ROWS BETWEEN UNBOUNDED PRECEDING AND 2 PRECEDING) AS bytes
                    FROM (\(messages(tables, ascending: ascending))) AS r
                ) AS p WHERE p.bytes IS NULL OR p.bytes < $7::int8
                """)
    }

    /// The session's row with each message of the page: one statement, so one snapshot.
    private static func page(
        _ name: String, _ tables: Tables, content: String, messages: String
    ) -> NamedStatement {
        NamedStatement(
            name: name,
            sql: """
                SELECT \(MessageColumns.list(content: content))
                FROM \(tables.sessions) AS s LEFT JOIN LATERAL (\(messages)) AS m ON true
                WHERE s.session_id = $1::uuid AND s.is_active AND ($2::text IS NULL OR s.user_id = $2::text)
                """)
    }

    /// The messages of session `s` between $3 and $4, without the first $5, at most $6 of them.
    private static func messages(_ tables: Tables, ascending: Bool) -> String {
        let skipped = "CASE WHEN s.tombstone_count = 0 THEN $5::int8 ELSE 0 END"
        let above = "greatest($3::int8, s.epoch_first_seq - 1)" + (ascending ? " + \(skipped)" : "")
        let below = "least($4::int8, s.last_seq + 1)" + (ascending ? "" : " - \(skipped)")
        return """
            SELECT * FROM \(tables.messages) AS c
            WHERE c.session_id = s.session_id AND c.seq > \(above) AND c.seq < \(below) AND c.deleted_at IS NULL
            ORDER BY c.seq \(direction(ascending))
            OFFSET CASE WHEN s.tombstone_count = 0 THEN 0 ELSE $5::int8 END LIMIT $6::int8
            """
    }

    /// The session's row with each message that is new behind $3 or was changed behind $4, at most $5 of them, without the
    /// contents of more than $6 bytes: one statement, so one snapshot.
    private static func changes(_ tables: Tables) -> NamedStatement {
        let content = "CASE WHEN m.deleted_at IS NULL AND octet_length(m.content) <= $6::int8 THEN m.content END"
        return NamedStatement(
            name: changes,
            sql: """
                SELECT \(MessageColumns.list(content: content)), m.change_revision IS NOT NULL, \
                \(SessionColumns.list(of: "s.")), s.change_revision, d.store_id
                FROM \(tables.sessions) AS s CROSS JOIN \(tables.store) AS d LEFT JOIN LATERAL (
                    SELECT * FROM (
                        (SELECT * FROM \(tables.messages) AS c
                        WHERE c.session_id = s.session_id AND c.seq > greatest($3::int8, s.epoch_first_seq - 1)
                        AND c.change_revision IS NULL ORDER BY c.seq LIMIT $5::int8)
                        UNION ALL
                        (SELECT * FROM \(tables.messages) AS c
                        WHERE c.session_id = s.session_id AND c.change_revision > $4::int8
                        AND c.seq >= s.epoch_first_seq ORDER BY c.change_revision LIMIT $5::int8)
                    ) AS u ORDER BY coalesce(u.change_revision, u.revision) LIMIT $5::int8
                ) AS m ON s.is_active
                WHERE s.session_id = $1::uuid AND ($2::text IS NULL OR s.user_id = $2::text)
                """)
    }

    private static func direction(_ ascending: Bool) -> String { ascending ? "ASC" : "DESC" }

    private static func sessions(_ name: String, _ tables: Tables, condition: String) -> NamedStatement {
        NamedStatement(
            name: name,
            sql: """
                SELECT \(SessionColumns.list) FROM \(tables.sessions)
                WHERE \(condition) AND is_active = $2::bool AND ($3::text IS NULL OR user_id = $3::text)
                AND ($4::timestamptz IS NULL OR coalesce(last_message_at, created_at) < $4::timestamptz
                    OR (coalesce(last_message_at, created_at) = $4::timestamptz AND session_id > $5::uuid))
                ORDER BY coalesce(last_message_at, created_at) DESC, session_id
                OFFSET $6::int8 LIMIT $7::int8
                """)
    }
}
