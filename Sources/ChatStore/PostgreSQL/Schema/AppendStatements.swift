/// The statements of the connections that write. Each one names session_id, by which the tables can be distributed.
struct AppendStatements: Sendable {
    static let begin = "begin"
    static let commit = "commit"
    static let rollback = "rollback"
    static let lock = "lock"
    static let known = "known"
    static let knownAliases = "known_aliases"
    static let insertSessions = "insert_sessions"
    static let insertMessages = "insert_messages"
    static let updateSessions = "update_sessions"
    static let createSession = "create_session"
    static let lockSession = "lock_session"
    static let updateSession = "update_session"
    static let findMessage = "find_message"
    static let shownMessages = "shown_messages"
    static let updateMessage = "update_message"
    static let touchSession = "touch_session"

    let all: [NamedStatement]

    init(_ tables: Tables) {
        all =
            [
                NamedStatement(name: AppendStatements.begin, sql: "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"),
                NamedStatement(name: AppendStatements.commit, sql: "COMMIT"),
                NamedStatement(name: AppendStatements.rollback, sql: "ROLLBACK"),
            ] + AppendStatements.ofGroups(tables) + AppendStatements.ofOneSession(tables)
            + AppendStatements.ofOneMessage(tables)
    }

    private static func ofGroups(_ tables: Tables) -> [NamedStatement] {
        [
            // Rows are locked in the order of their ids, so that no two servers wait for each other.
            NamedStatement(
                name: lock,
                sql: """
                    SELECT session_id, user_id, is_active, last_seq, revision, reset_epoch, epoch_first_seq, \
                    tombstone_count
                    FROM \(tables.sessions) WHERE session_id = ANY ($1::uuid[])
                    ORDER BY session_id FOR NO KEY UPDATE
                    """),
            // A statement of its own behind the lock: it sees what the last holder of the lock has committed.
            NamedStatement(
                name: known,
                sql: """
                    SELECT m.session_id, m.message_id, m.seq, coalesce(m.change_revision, m.revision), \
                    m."timestamp", m.digest
                    FROM unnest($1::uuid[], $2::uuid[]) AS k (session_id, message_id)
                    JOIN \(tables.messages) AS m ON m.session_id = k.session_id AND m.message_id = k.message_id
                    UNION ALL
                    SELECT g.session_id, g.message_id, g.seq, g.revision, g."timestamp", g.digest
                    FROM unnest($1::uuid[], $2::uuid[]) AS k (session_id, message_id)
                    JOIN \(tables.gone) AS g ON g.session_id = k.session_id AND g.message_id = k.message_id
                    """),
            // The same for ids by which pages know messages that have another id: the last column.
            NamedStatement(
                name: knownAliases,
                sql: """
                    SELECT a.session_id, a.client_id, m.seq, coalesce(m.change_revision, m.revision), m."timestamp", \
                    NULL, m.message_id
                    FROM unnest($1::uuid[], $2::uuid[]) AS k (session_id, client_id)
                    JOIN \(tables.aliases) AS a ON a.session_id = k.session_id AND a.client_id = k.client_id
                    JOIN \(tables.messages) AS m ON m.session_id = a.session_id AND m.message_id = a.message_id
                    UNION ALL
                    SELECT a.session_id, a.client_id, g.seq, g.revision, g."timestamp", NULL, g.message_id
                    FROM unnest($1::uuid[], $2::uuid[]) AS k (session_id, client_id)
                    JOIN \(tables.aliases) AS a ON a.session_id = k.session_id AND a.client_id = k.client_id
                    JOIN \(tables.gone) AS g ON g.session_id = a.session_id AND g.message_id = a.message_id
                    """),
            // Without ON CONFLICT: where another server makes the same session now, the group begins again.
            NamedStatement(
                name: insertSessions,
                sql: """
                    INSERT INTO \(tables.sessions) \
                    (session_id, name, user_id, created_at, last_message_at, preview, last_seq, revision)
                    SELECT s.session_id, s.name, s.user_id, $4::timestamptz, $4::timestamptz, s.preview, s.last_seq, \
                    s.last_seq
                    FROM unnest($1::uuid[], $2::text[], $3::text[], $5::text[], $6::int8[])
                    AS s (session_id, name, user_id, preview, last_seq)
                    """),
            NamedStatement(
                name: insertMessages,
                sql: """
                    INSERT INTO \(tables.messages) (session_id, message_id, seq, revision, reset_epoch, "timestamp", \
                    digest, role, content, agent_name, user_id, metadata)
                    SELECT m.session_id, m.message_id, m.seq, m.revision, m.reset_epoch, m."timestamp", \
                    m.digest, m.role, m.content, m.agent_name, m.user_id, m.metadata::jsonb
                    FROM unnest($1::uuid[], $2::uuid[], $3::int8[], $4::int8[], $5::int8[], $6::timestamptz[], \
                    $7::bytea[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[])
                    AS m (session_id, message_id, seq, revision, reset_epoch, "timestamp", \
                    digest, role, content, agent_name, user_id, metadata)
                    """),
            // No index has one of these columns, so the row is updated in place (HOT).
            NamedStatement(
                name: updateSessions,
                sql: """
                    UPDATE \(tables.sessions) AS s
                    SET last_seq = u.last_seq, revision = u.revision, last_message_at = $4::timestamptz, \
                    preview = coalesce(u.preview, s.preview)
                    FROM unnest($1::uuid[], $2::int8[], $3::int8[], $5::text[])
                    AS u (session_id, last_seq, revision, preview)
                    WHERE s.session_id = u.session_id
                    """),
        ]
    }

    private static func ofOneSession(_ tables: Tables) -> [NamedStatement] {
        [
            NamedStatement(
                name: createSession,
                sql: """
                    INSERT INTO \(tables.sessions) (session_id, name, description, agent_name, user_id, created_at)
                    VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::text, $6::timestamptz)
                    ON CONFLICT (session_id) DO NOTHING
                    """),
            NamedStatement(
                name: lockSession,
                sql: """
                    SELECT \(SessionColumns.list) FROM \(tables.sessions) WHERE session_id = $1::uuid
                    FOR NO KEY UPDATE
                    """),
            NamedStatement(
                name: updateSession,
                sql: """
                    UPDATE \(tables.sessions) SET name = $2::text, description = $3::text, is_active = $4::bool, \
                    revision = $5::int8, change_revision = $5::int8, reset_epoch = $6::int8, preview = $7::text, \
                    last_message_at = $8::timestamptz,
                    epoch_first_seq = CASE WHEN reset_epoch = $6::int8 THEN epoch_first_seq ELSE last_seq + 1 END,
                    tombstone_count = CASE WHEN reset_epoch = $6::int8 THEN tombstone_count ELSE 0 END
                    WHERE session_id = $1::uuid
                    """),
        ]
    }

    private static func ofOneMessage(_ tables: Tables) -> [NamedStatement] {
        [
            NamedStatement(
                name: findMessage,
                sql: """
                    SELECT \(MessageColumns.list)
                    FROM \(tables.sessions) AS s JOIN \(tables.messages) AS m ON m.session_id = s.session_id
                    WHERE s.session_id = $1::uuid AND m.message_id = $2::uuid AND m.seq >= s.epoch_first_seq
                    """),
            // What the preview shows, before and after the newest of them is gone. (A preview is 100 characters at most.)
            NamedStatement(
                name: shownMessages,
                sql: """
                    SELECT m.seq, left(m.content, 101)
                    FROM \(tables.sessions) AS s JOIN \(tables.messages) AS m ON m.session_id = s.session_id
                    WHERE s.session_id = $1::uuid AND m.seq >= s.epoch_first_seq AND m.deleted_at IS NULL
                    AND m.role <> 'system'
                    ORDER BY m.seq DESC LIMIT 2
                    """),
            NamedStatement(
                name: updateMessage,
                sql: """
                    UPDATE \(tables.messages) SET content = $3::text, metadata = $4::text::jsonb, change_revision = $5::int8, \
                    edited_at = $6::timestamptz, deleted_at = $7::timestamptz
                    WHERE session_id = $1::uuid AND seq = $2::int8
                    """),
            NamedStatement(
                name: touchSession,
                sql: """
                    UPDATE \(tables.sessions) SET revision = $2::int8, tombstone_count = tombstone_count + $3::int8, \
                    preview = $4::text
                    WHERE session_id = $1::uuid
                    """),
        ]
    }
}
