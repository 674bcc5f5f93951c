/// A numbered step from one shape of the tables to the next. Migrations are run in order by ``Migrator``, each in a transaction
/// of its own, and recorded in ``Tables/migrations``. Each leaves the tables such that servers of the version before go on.
struct Migration: Sendable {
    let number: Int32
    let name: String
    let statements: [String]

    /// All of them, by number. A published one is never changed.
    static func all(_ tables: Tables) -> [Migration] {
        [
            Migration(number: 1, name: "create", statements: creation(tables)),
            Migration(number: 2, name: "changes", statements: changes(tables)),
            Migration(number: 3, name: "gone and aliases", statements: goneAndAliases(tables)),
        ]
    }

    static var latest: Int32 { 3 }

    /// store_id tells this database's cursors from those of any other.
    private static func changes(_ tables: Tables) -> [String] {
        [
            """
            CREATE INDEX chat_messages_changes ON \(tables.messages) (session_id, change_revision)
            WHERE change_revision IS NOT NULL
            """,
            """
            CREATE TABLE \(tables.store) (
                id smallint PRIMARY KEY CHECK (id = 1),
                store_id uuid NOT NULL,
                created_at timestamptz NOT NULL DEFAULT now()
            )
            """,
            "INSERT INTO \(tables.store) (id, store_id) VALUES (1, gen_random_uuid())",
        ]
    }

    /// Ids that stay known: of messages that are no longer there, and those by which pages know messages that have another id.
    /// "IF NOT EXISTS": the upgrade of an old database makes them early.
    static func goneAndAliases(_ tables: Tables) -> [String] {
        [
            """
            CREATE TABLE IF NOT EXISTS \(tables.gone) (
                session_id uuid NOT NULL,
                message_id uuid NOT NULL,
                seq bigint NOT NULL,
                revision bigint NOT NULL,
                reset_epoch bigint NOT NULL,
                "timestamp" timestamptz NOT NULL,
                digest bytea,
                PRIMARY KEY (session_id, message_id)
            )
            """,
            """
            CREATE TABLE IF NOT EXISTS \(tables.aliases) (
                session_id uuid NOT NULL,
                client_id uuid NOT NULL,
                message_id uuid NOT NULL,
                PRIMARY KEY (session_id, client_id)
            )
            """,
        ]
    }

    private static func creation(_ tables: Tables) -> [String] {
        [
            """
            CREATE TABLE \(tables.sessions) (
                session_id uuid PRIMARY KEY,
                created_at timestamptz NOT NULL DEFAULT now(),
                last_message_at timestamptz,
                last_seq bigint NOT NULL DEFAULT 0,
                revision bigint NOT NULL DEFAULT 0,
                change_revision bigint NOT NULL DEFAULT 0,
                reset_epoch bigint NOT NULL DEFAULT 0,
                epoch_first_seq bigint NOT NULL DEFAULT 1,
                tombstone_count bigint NOT NULL DEFAULT 0,
                is_active boolean NOT NULL DEFAULT true,
                name text NOT NULL,
                user_id text,
                preview text,
                description text,
                agent_name text
            ) WITH (fillfactor = 50)
            """,
            // Only the owner: an index on the last activity would make every append's update a full one.
            "CREATE INDEX chat_sessions_user ON \(tables.sessions) (user_id)",
            """
            CREATE TABLE \(tables.messages) (
                session_id uuid NOT NULL,
                message_id uuid NOT NULL,
                seq bigint NOT NULL,
                revision bigint NOT NULL,
                reset_epoch bigint NOT NULL,
                "timestamp" timestamptz NOT NULL,
                change_revision bigint,
                edited_at timestamptz,
                deleted_at timestamptz,
                state smallint NOT NULL DEFAULT 2,
                role text NOT NULL CHECK (role IN ('user', 'assistant', 'system')),
                content text NOT NULL,
                agent_name text,
                user_id text,
                digest bytea,
                metadata jsonb,
                PRIMARY KEY (session_id, seq),
                UNIQUE (session_id, message_id)
            )
            """,
        ]
    }
}
