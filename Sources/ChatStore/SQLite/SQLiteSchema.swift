import GRDB

/// The tables of the SQLite store and how a file comes to have them.
///
/// A session has a short number within its file, which its messages carry instead of the 16 bytes of its id. Messages
/// lie in the order of their arrival, and are found by two indexes: measured, that is half again as fast for appends
/// to a thousand sessions as rows that lie by session, because a commit then touches fewer pages. The index over ids
/// begins with the id, so that ids of version 7, which ascend, are written to one end of it.
enum SQLiteSchema {
    /// In the file's header, by which tools tell whose it is: "CRPC".
    static let applicationID: Int32 = 0x4352_5043

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator().disablingDeferredForeignKeyChecks()
        migrator.registerMigration("1 sessions and messages") { database in
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            try database.execute(sql: store)
            try database.execute(sql: sessions)
            try database.execute(sql: messages)
            try database.execute(
                sql: "INSERT INTO chat_store (id, store_id, created_at) VALUES (1, randomblob(16), ?)",
                arguments: [WallClock.unixMicroseconds])
        }
        migrator.registerMigration("2 changes") { database in
            try database.execute(sql: changes)
        }
        return migrator
    }

    /// Messages that were changed after they were made, which are few.
    private static let changes = """
        ALTER TABLE chat_messages ADD COLUMN change_revision INTEGER;
        ALTER TABLE chat_sessions ADD COLUMN change_revision INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX chat_messages_changes ON chat_messages (session, change_revision)
            WHERE change_revision IS NOT NULL;
        """

    /// store_id tells this file's cursors from those of any other, and of this one restored from a backup.
    private static let store = """
        CREATE TABLE chat_store (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            store_id BLOB NOT NULL CHECK (length(store_id) = 16),
            created_at INTEGER NOT NULL
        ) STRICT;
        """

    /// Times are microseconds since 1970. message_count is last_seq - epoch_first_seq + 1 - tombstone_count.
    ///
    /// Lists go by last activity; an index over that itself would have to be written at every append, so the indexes
    /// have its hour, and the rows of an hour are sorted when they are listed.
    private static let sessions = """
        CREATE TABLE chat_sessions (
            number INTEGER PRIMARY KEY,
            session_id BLOB NOT NULL UNIQUE CHECK (length(session_id) = 16),
            name TEXT NOT NULL,
            description TEXT,
            agent_name TEXT,
            user_id TEXT,
            created_at INTEGER NOT NULL,
            last_message_at INTEGER,
            preview TEXT,
            is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
            last_seq INTEGER NOT NULL DEFAULT 0,
            revision INTEGER NOT NULL DEFAULT 0,
            reset_epoch INTEGER NOT NULL DEFAULT 0,
            epoch_first_seq INTEGER NOT NULL DEFAULT 1,
            tombstone_count INTEGER NOT NULL DEFAULT 0,
            activity_hour INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX chat_sessions_by_activity ON chat_sessions (is_active, activity_hour);
        CREATE INDEX chat_sessions_of_user ON chat_sessions (user_id, is_active, activity_hour);
        """

    private static let messages = """
        CREATE TABLE chat_messages (
            id INTEGER PRIMARY KEY,
            session INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            message_id BLOB NOT NULL CHECK (length(message_id) = 16),
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            revision INTEGER NOT NULL,
            reset_epoch INTEGER NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('user', 'assistant', 'system')),
            content TEXT NOT NULL,
            agent_name TEXT,
            user_id TEXT,
            timestamp INTEGER NOT NULL,
            metadata TEXT,
            state INTEGER NOT NULL,
            edited_at INTEGER,
            deleted_at INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX chat_messages_by_seq ON chat_messages (session, seq);
        CREATE UNIQUE INDEX chat_messages_by_message_id ON chat_messages (message_id, session);
        """
}
