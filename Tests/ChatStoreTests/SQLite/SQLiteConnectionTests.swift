import GRDB
import Testing

@testable import ChatStore

@Suite("SQLite connections")
struct SQLiteConnectionTests {
    @Test("The writer waits for the disk at each commit, and keeps a write-ahead log")
    func durability() async throws {
        try await withSQLite { place in
            try SQLiteFile.prepare(place.path)
            let writer = try SQLiteConnection.openWriter(SQLiteConfiguration(path: place.path))
            let (synchronous, journal) = try await writer.read { database in
                (
                    try Int.fetchOne(database, sql: "PRAGMA synchronous"),
                    try String.fetchOne(database, sql: "PRAGMA journal_mode")
                )
            }
            #expect(synchronous == 2)
            #expect(journal == "wal")
        }
    }

    @Test("A reader can't write")
    func readOnly() async throws {
        try await withSQLite { place in
            try SQLiteFile.prepare(place.path)
            let configuration = SQLiteConfiguration(path: place.path)
            let writer = try SQLiteConnection.openWriter(configuration)
            let reader = try SQLiteConnection.openReader(configuration)
            await #expect(throws: DatabaseError.self) {
                try await reader.writeWithoutTransaction { try $0.execute(sql: "DELETE FROM chat_store") }
            }
            try writer.close()
        }
    }
}
