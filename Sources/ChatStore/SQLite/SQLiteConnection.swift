import GRDB

/// How connections to the file are opened.
enum SQLiteConnection {
    /// The one that writes: makes or migrates the tables.
    ///
    /// - Throws: `StoreError` for a file that is not this program's, or of a newer version of it; GRDB's errors.
    static func openWriter(_ configuration: SQLiteConfiguration) throws -> DatabaseQueue {
        var options = options(configuration, cacheKiB: 32 << 10)
        options.journalMode = .wal
        options.label = "chatrpc.sqlite.writer"
        let queue = try DatabaseQueue(path: configuration.path, configuration: options)
        try queue.writeWithoutTransaction { database in
            try checkOrigin(database)
            // GRDB chooses NORMAL with WAL, by which a power failure can undo commits that were confirmed.
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA fullfsync = ON")
            try database.execute(sql: "PRAGMA checkpoint_fullfsync = ON")
            // Each checkpoint writes a page once, however often the log has it: a longer log means fewer writes.
            try database.execute(sql: "PRAGMA wal_autocheckpoint = \(checkpointPages)")
            try database.execute(sql: "PRAGMA journal_size_limit = \(checkpointPages * 4096 * 2)")
            if let limit = configuration.maximumFileBytes {
                let pageSize = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 4096
                try database.execute(sql: "PRAGMA max_page_count = \(max(limit / pageSize, 1))")
            }
        }
        try SQLiteSchema.migrator.migrate(queue)
        return queue
    }

    /// One of those that read, once the writer is open.
    static func openReader(_ configuration: SQLiteConfiguration) throws -> DatabaseQueue {
        var options = options(configuration, cacheKiB: 8 << 10)
        options.readonly = true
        options.label = "chatrpc.sqlite.reader"
        return try DatabaseQueue(path: configuration.path, configuration: options)
    }

    /// How long the write-ahead log becomes before it is copied into the file, in pages of 4 KiB.
    private static let checkpointPages = 4_000

    private static func options(_ configuration: SQLiteConfiguration, cacheKiB: Int) -> Configuration {
        var options = Configuration()
        options.foreignKeysEnabled = false
        options.busyMode = .timeout(Double(configuration.busyTimeoutSeconds))
        options.prepareDatabase { database in
            try database.execute(sql: "PRAGMA cache_size = -\(cacheKiB)")
            try database.execute(sql: "PRAGMA temp_store = MEMORY")
        }
        return options
    }

    private static func checkOrigin(_ database: Database) throws {
        let application = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema WHERE type = 'table'") ?? 0
        guard application == SQLiteSchema.applicationID || application == 0 && tables == 0 else {
            throw StoreError(.failed, "the database file is another program's")
        }
        guard try !SQLiteSchema.migrator.hasBeenSuperseded(database) else {
            throw StoreError(.failed, "the database file was made by a newer version of this program")
        }
    }
}
