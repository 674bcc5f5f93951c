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

    @Test("What comes while the store closes is done or refused, never run on a closed connection")
    func closing() async throws {
        try await withSQLite { place in
            try SQLiteFile.prepare(place.path)
            let configuration = SQLiteConfiguration(path: place.path)
            for _ in 0..<40 {
                let writer = try SQLiteWriter(configuration)
                let readers = try SQLiteReaders(configuration)
                let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for number in 0..<64 {
                        group.addTask {
                            try await Self.isDoneOrRefused {
                                if number % 2 == 0 {
                                    let items = [Append.Item.sample("\(number)")]
                                    _ = try await writer.append(Append(sessionID: .random(), items: items))
                                } else {
                                    _ = try await readers.read { try Int.fetchOne($0, sql: "SELECT 1") }
                                }
                            }
                        }
                    }
                    try readers.close()
                    try writer.close()
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(!outcomes.contains(false))
            }
        }
    }

    private static func isDoneOrRefused(_ body: () async throws -> Void) async throws -> Bool {
        do {
            try await body()
            return true
        } catch let error as StoreError {
            return error.code == .unavailable
        }
    }

    @Test("After a rollback that failed the next transaction begins anew, and the error tells of it")
    func failedRollback() async throws {
        try await withSQLite { place in
            try SQLiteFile.prepare(place.path)
            let writer = try SQLiteConnection.openWriter(SQLiteConfiguration(path: place.path))
            let (message, numbers) = try await writer.writeWithoutTransaction { database in
                try database.execute(sql: "CREATE TABLE numbers (number)")
                let message = try Self.failToRollBack(database, interrupt: writer.interrupt)
                try SQLiteTransaction.write(database) { try database.execute(sql: "INSERT INTO numbers VALUES (2)") }
                return (message, try Int.fetchAll(database, sql: "SELECT number FROM numbers"))
            }
            #expect(message.contains("the rollback failed"))
            #expect(numbers == [2])
            try writer.close()
        }
    }

    /// Fails a transaction that has written, with a rollback that fails too; returns the error's message.
    private static func failToRollBack(_ database: Database, interrupt: () -> Void) throws -> String {
        let rows = try PreparedStatement(database, "SELECT 1 UNION SELECT 2")
        defer { rows.reset() }
        do {
            try SQLiteTransaction.write(database) {
                try database.execute(sql: "INSERT INTO numbers VALUES (1)")
                // As long as a statement runs an interruption goes on, so that the rollback is interrupted too.
                _ = try rows.step()
                interrupt()
                throw StoreError(.rowRefused)
            }
            return "succeeded"
        } catch let error as StoreError {
            return error.message
        }
    }
}
