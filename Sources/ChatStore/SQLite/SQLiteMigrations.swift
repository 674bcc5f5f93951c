import GRDB

/// What `chatrpc migrate` does to a SQLite file; a server does the same when it starts.
public enum SQLiteMigrations {
    /// The steps that are pending, in words; nothing is changed, and a file that is not there is not made.
    public static func pending(_ configuration: SQLiteConfiguration) throws -> [String] {
        let known = SQLiteSchema.migrator.migrations
        var done: [String] = []
        if SQLiteFile.exists(configuration.path) {
            done = try SQLiteConnection.openReader(configuration).read {
                try SQLiteSchema.migrator.completedMigrations($0)
            }
        }
        return known.filter { !done.contains($0) }.map { "run migration \($0)" }
    }

    /// Makes the file and its tables, or brings them to the latest version. Refused while a server has the file.
    public static func migrate(_ configuration: SQLiteConfiguration) async throws {
        try await SQLiteDatabase.open(configuration).close()
    }
}
