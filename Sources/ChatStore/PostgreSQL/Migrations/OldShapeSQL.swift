import GeneratedMessages

/// The statements of ``OldShape``.
struct OldShapeSQL {
    static let messageColumns = [
        "message_id", "session_id", "user_id", "role", "content", "agent_name", "timestamp", "metadata",
    ]
    static let sessionColumns = [
        "session_id", "name", "user_id", "created_at", "last_message_at", "preview", "is_active",
    ]

    let tables: Tables

    init(_ tables: Tables) {
        self.tables = tables
    }

    private var schema: String { Tables.quoted(literal: tables.schema) }
    private func function(_ name: String) -> String { "\(tables.quotedSchema).\(name)" }

    // MARK: What is there

    func columns(of table: String) -> String {
        """
        SELECT a.attname::text FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = \(schema) AND c.relname = '\(table)' AND a.attnum > 0 AND NOT a.attisdropped
        """
    }

    /// Whether there is an index of all messages that begins with session_id.
    var hasIndexBySession: String {
        """
        SELECT EXISTS (SELECT FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_attribute AS a
        ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = '\(tables.messages)'::regclass AND i.indisvalid AND i.indpred IS NULL AND a.attname = 'session_id')
        """
    }

    /// Whether an index is valid; no row where there is none.
    func stateOfIndex(_ name: String) -> String {
        """
        SELECT i.indisvalid FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = \(schema) AND c.relname = '\(name)'
        """
    }

    var primaryKey: String {
        """
        SELECT conname::text FROM pg_catalog.pg_constraint
        WHERE conrelid = '\(tables.messages)'::regclass AND contype = 'p'
        """
    }

    /// The indexes of chat_messages that are not ours.
    var oldIndexes: String {
        """
        SELECT c.relname::text FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
        WHERE i.indrelid = '\(tables.messages)'::regclass AND c.relname NOT IN \
        ('chat_messages_by_seq', 'chat_messages_by_id', 'chat_messages_changes')
        """
    }

    // MARK: Columns and triggers

    /// A transaction each. From the last one on all that is inserted is numbered.
    var preparation: [[String]] {
        [
            Migration.goneAndAliases(tables) + functions,
            columnsOfSessions, triggersOfSessions,
            [columnsOfMessages] + triggersOfMessages,
        ]
    }

    private var columnsOfSessions: [String] {
        [
            """
            ALTER TABLE \(tables.sessions)
                ADD COLUMN IF NOT EXISTS description text,
                ADD COLUMN IF NOT EXISTS agent_name text,
                ADD COLUMN IF NOT EXISTS last_seq bigint NOT NULL DEFAULT 0,
                ADD COLUMN IF NOT EXISTS revision bigint NOT NULL DEFAULT 0,
                ADD COLUMN IF NOT EXISTS change_revision bigint NOT NULL DEFAULT 0,
                ADD COLUMN IF NOT EXISTS reset_epoch bigint NOT NULL DEFAULT 0,
                ADD COLUMN IF NOT EXISTS epoch_first_seq bigint NOT NULL DEFAULT 1,
                ADD COLUMN IF NOT EXISTS tombstone_count bigint NOT NULL DEFAULT 0
            """,
            """
            ALTER TABLE \(tables.sessions) ALTER COLUMN agent_name DROP NOT NULL, ALTER COLUMN is_active SET DEFAULT true
            """,
            "ALTER TABLE \(tables.sessions) SET (fillfactor = 50)",
        ]
    }

    private var columnsOfMessages: String {
        """
        ALTER TABLE \(tables.messages)
            ADD COLUMN IF NOT EXISTS seq bigint,
            ADD COLUMN IF NOT EXISTS revision bigint,
            ADD COLUMN IF NOT EXISTS reset_epoch bigint NOT NULL DEFAULT 0,
            ADD COLUMN IF NOT EXISTS change_revision bigint,
            ADD COLUMN IF NOT EXISTS edited_at timestamptz,
            ADD COLUMN IF NOT EXISTS deleted_at timestamptz,
            ADD COLUMN IF NOT EXISTS state smallint NOT NULL DEFAULT 2,
            ADD COLUMN IF NOT EXISTS digest bytea
        """
    }

    private var functions: [String] {
        [
            // The caller holds the session row's lock. All rows of a session are numbered at once, before any other gets a seq.
            procedure(
                "chat_old_number(session uuid)", returns: "void",
                """
                WITH ordered AS (
                    SELECT message_id, row_number() OVER (ORDER BY "timestamp", message_id) AS place
                    FROM \(tables.messages) WHERE session_id = session AND seq IS NULL
                ), numbered AS (
                    UPDATE \(tables.messages) AS m SET seq = o.place, revision = o.place FROM ordered AS o
                    WHERE m.session_id = session AND m.message_id = o.message_id RETURNING 1
                )
                UPDATE \(tables.sessions) SET last_seq = n.count, revision = revision + n.count
                FROM (SELECT count(*) FROM numbered) AS n WHERE session_id = session AND last_seq = 0 AND n.count > 0;
                """),
            // A client_id that is no UUID, or the message's own id, is no alias.
            procedure(
                "chat_old_alias(session uuid, message uuid, metadata jsonb)", returns: "void",
                """
                INSERT INTO \(tables.aliases) (session_id, client_id, message_id)
                SELECT session, (metadata ->> 'client_id')::uuid, message
                WHERE \(isAlias("metadata", "message")) ON CONFLICT DO NOTHING;
                """),
            trigger(
                OldShape.insertFunction,
                """
                INSERT INTO \(tables.sessions) (session_id, user_id) VALUES (NEW.session_id, NEW.user_id)
                ON CONFLICT (session_id) DO NOTHING;
                PERFORM FROM \(tables.sessions) WHERE session_id = NEW.session_id AND last_seq = 0 FOR NO KEY UPDATE;
                IF FOUND THEN PERFORM \(function("chat_old_number"))(NEW.session_id); END IF;
                UPDATE \(tables.sessions) SET last_seq = last_seq + 1, revision = revision + 1, last_message_at = now(),
                    preview = CASE WHEN NEW.role = 'system' THEN preview ELSE \(preview("NEW.content")) END
                WHERE session_id = NEW.session_id
                RETURNING last_seq, revision, reset_epoch INTO NEW.seq, NEW.revision, NEW.reset_epoch;
                PERFORM \(function("chat_old_alias"))(NEW.session_id, NEW.message_id, NEW.metadata);
                RETURN NEW;
                """),
            // What was never numbered was never shown: it goes as the old program wants it to.
            trigger(
                "chat_old_delete",
                """
                IF OLD.seq IS NULL THEN RETURN OLD; END IF;
                UPDATE \(tables.sessions) SET reset_epoch = reset_epoch + 1, epoch_first_seq = last_seq + 1,
                    tombstone_count = 0, revision = revision + 1, change_revision = revision + 1,
                    preview = NULL, last_message_at = NULL
                WHERE session_id = OLD.session_id AND reset_epoch = OLD.reset_epoch;
                INSERT INTO \(tables.gone) (session_id, message_id, seq, revision, reset_epoch, "timestamp", digest)
                VALUES (OLD.session_id, OLD.message_id, OLD.seq, coalesce(OLD.change_revision, OLD.revision),
                    OLD.reset_epoch, OLD."timestamp", OLD.digest)
                ON CONFLICT DO NOTHING;
                RETURN OLD;
                """),
            // Behind the insert and not before it: an upsert takes what a trigger puts in for its own.
            trigger(
                "chat_old_session_insert",
                """
                UPDATE \(tables.sessions) SET name = \(defaultName), is_active = coalesce(is_active, true)
                WHERE session_id = NEW.session_id;
                RETURN NULL;
                """),
            trigger(
                "chat_old_session_update",
                """
                NEW.name := coalesce(NEW.name, OLD.name);
                NEW.is_active := coalesce(NEW.is_active, OLD.is_active);
                NEW.revision := OLD.revision + 1;
                NEW.change_revision := NEW.revision;
                RETURN NEW;
                """),
        ]
    }

    private var triggersOfMessages: [String] {
        [
            "CREATE OR REPLACE TRIGGER chat_old_insert BEFORE INSERT ON \(tables.messages) "
                + "FOR EACH ROW WHEN (NEW.seq IS NULL) EXECUTE FUNCTION \(function(OldShape.insertFunction))()",
            "CREATE OR REPLACE TRIGGER chat_old_delete BEFORE DELETE ON \(tables.messages) "
                + "FOR EACH ROW EXECUTE FUNCTION \(function("chat_old_delete"))()",
        ]
    }

    private var triggersOfSessions: [String] {
        [
            "CREATE OR REPLACE TRIGGER chat_old_session_insert AFTER INSERT ON \(tables.sessions) "
                + "FOR EACH ROW WHEN (NEW.name IS NULL) EXECUTE FUNCTION \(function("chat_old_session_insert"))()",
            """
            CREATE OR REPLACE TRIGGER chat_old_session_update BEFORE UPDATE ON \(tables.sessions) FOR EACH ROW
            WHEN (NEW.revision = OLD.revision AND OLD.name IS NOT NULL AND OLD.is_active IS NOT NULL AND
                (NEW.name, NEW.description, NEW.is_active) IS DISTINCT FROM (OLD.name, OLD.description, OLD.is_active))
            EXECUTE FUNCTION \(function("chat_old_session_update"))()
            """,
        ]
    }

    private func trigger(_ name: String, _ body: String) -> String {
        procedure("\(name)()", returns: "trigger", body)
    }

    private func procedure(_ signature: String, returns type: String, _ body: String) -> String {
        """
        CREATE OR REPLACE FUNCTION \(function(signature)) RETURNS \(type) LANGUAGE plpgsql AS
        \(Tables.quoted(literal: "BEGIN\n\(body)\nEND"))
        """
    }

    // MARK: Rows

    /// Messages without a session row get one, as their first writer's.
    var missingSessions: String {
        """
        INSERT INTO \(tables.sessions) (session_id, name, user_id, created_at, last_message_at, preview)
        SELECT m.session_id, 'Session ' || left(m.session_id::text, 8),
            (array_agg(m.user_id ORDER BY m."timestamp", m.message_id) FILTER (WHERE m.user_id IS NOT NULL))[1],
            min(m."timestamp"), max(m."timestamp"),
            (SELECT \(preview("p.content")) FROM \(tables.messages) AS p
            WHERE p.session_id = m.session_id AND p.role <> 'system' ORDER BY p."timestamp" DESC, p.message_id DESC LIMIT 1)
        FROM \(tables.messages) AS m
        WHERE NOT EXISTS (SELECT FROM \(tables.sessions) AS s WHERE s.session_id = m.session_id)
        GROUP BY m.session_id
        ON CONFLICT (session_id) DO NOTHING
        """
    }

    var defaultsOfSessions: String {
        """
        UPDATE \(tables.sessions) SET name = coalesce(name, \(defaultName)), is_active = coalesce(is_active, true)
        WHERE name IS NULL OR is_active IS NULL
        """
    }

    /// The sessions that have messages without a seq, and how many.
    var unnumbered: String {
        "SELECT session_id, count(*) FROM \(tables.messages) WHERE seq IS NULL GROUP BY session_id ORDER BY session_id"
    }

    func lock(_ sessions: [UUID]) -> String {
        """
        SELECT FROM \(tables.sessions) WHERE session_id = ANY (\(array(sessions))) ORDER BY session_id FOR NO KEY UPDATE
        """
    }

    func number(_ sessions: [UUID]) -> String {
        "SELECT \(function("chat_old_number"))(s) FROM unnest(\(array(sessions))) AS s"
    }

    /// Of several messages that a page sent under one client_id, the first one is meant.
    var aliasesOfMessages: String {
        """
        INSERT INTO \(tables.aliases) (session_id, client_id, message_id)
        SELECT DISTINCT ON (m.session_id, (m.metadata ->> 'client_id')::uuid)
            m.session_id, (m.metadata ->> 'client_id')::uuid, m.message_id
        FROM \(tables.messages) AS m WHERE \(isAlias("m.metadata", "m.message_id"))
        ORDER BY m.session_id, (m.metadata ->> 'client_id')::uuid, m.seq
        ON CONFLICT DO NOTHING
        """
    }

    // MARK: Keys

    func addCheck(_ column: String) -> String {
        """
        ALTER TABLE \(tables.messages) DROP CONSTRAINT IF EXISTS chat_messages_\(column)_given,
        ADD CONSTRAINT chat_messages_\(column)_given CHECK (\(column) IS NOT NULL) NOT VALID
        """
    }

    func validateCheck(_ column: String) -> String {
        "ALTER TABLE \(tables.messages) VALIDATE CONSTRAINT chat_messages_\(column)_given"
    }

    var keysOfSessions: [String] {
        [
            "ALTER TABLE \(tables.sessions) ALTER COLUMN is_active SET NOT NULL",
            "CREATE INDEX IF NOT EXISTS chat_sessions_user ON \(tables.sessions) (user_id)",
        ]
    }

    func keysOfMessages(primaryKey: String?) -> [String] {
        let dropped = primaryKey.map { "DROP CONSTRAINT \(Tables.quoted(identifier: $0)), " } ?? ""
        return [
            """
            ALTER TABLE \(tables.messages) ALTER COLUMN seq SET NOT NULL, ALTER COLUMN revision SET NOT NULL
            """,
            """
            ALTER TABLE \(tables.messages) \(dropped)\
            DROP CONSTRAINT chat_messages_seq_given, DROP CONSTRAINT chat_messages_revision_given, \
            ADD CONSTRAINT chat_messages_by_seq PRIMARY KEY USING INDEX chat_messages_by_seq, \
            ADD CONSTRAINT chat_messages_by_id UNIQUE USING INDEX chat_messages_by_id
            """,
        ]
    }

    // MARK: The end of compatibility

    var contractionOfMessages: [String] {
        [
            "DROP TRIGGER IF EXISTS chat_old_insert ON \(tables.messages)",
            "DROP TRIGGER IF EXISTS chat_old_delete ON \(tables.messages)",
            "ALTER TABLE \(tables.messages) ALTER COLUMN message_id DROP DEFAULT, ALTER COLUMN \"timestamp\" DROP DEFAULT",
        ]
    }

    var contractionOfSessions: [String] {
        [
            "DROP TRIGGER IF EXISTS chat_old_session_insert ON \(tables.sessions)",
            "DROP TRIGGER IF EXISTS chat_old_session_update ON \(tables.sessions)",
            "ALTER TABLE \(tables.sessions) ALTER COLUMN name SET NOT NULL, ALTER COLUMN agent_name DROP DEFAULT",
        ]
    }

    /// Last, since one of them tells that the compatibility has not ended.
    var contractionOfFunctions: [String] {
        [
            "chat_old_delete()", "chat_old_session_insert()", "chat_old_session_update()", "chat_old_number(uuid)",
            "chat_old_alias(uuid, uuid, jsonb)", "\(OldShape.insertFunction)()",
        ].map { "DROP FUNCTION IF EXISTS \(function($0))" }
    }

    // MARK: Pieces

    private let defaultName = "'Session ' || left(session_id::text, 8)"

    /// 97 characters and "..." of a longer text (as ``MessagePreview`` has it).
    private func preview(_ content: String) -> String {
        "CASE WHEN length(\(content)) > 100 THEN left(\(content), 97) || '...' ELSE \(content) END"
    }

    private func isAlias(_ metadata: String, _ message: String) -> String {
        let pattern = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
        return """
            jsonb_typeof(\(metadata) -> 'client_id') = 'string' AND \(metadata) ->> 'client_id' ~ '\(pattern)' \
            AND lower(\(metadata) ->> 'client_id') <> \(message)::text
            """
    }

    private func array(_ ids: [UUID]) -> String {
        "ARRAY[" + ids.map { "'\($0)'" }.joined(separator: ",") + "]::uuid[]"
    }
}
