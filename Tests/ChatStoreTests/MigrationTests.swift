import ChatStore
import GeneratedMessages
import ProtobufRuntime
import Testing

@Suite("A database of an earlier version is migrated when a server starts", .timeLimit(.minutes(1)))
struct MigrationTests {
    @Test("PostgreSQL, from version 1, which knew no changes")
    func postgreSQL() async throws {
        try await withPostgreSQL { place in
            try await upgrade(place) {
                let console = try place.console()
                try console.run("DROP INDEX \(place.quotedSchema).chat_messages_changes")
                try console.run("DROP TABLE \(place.quotedSchema).chat_store")
                try console.run("DROP TABLE \(place.quotedSchema).chat_gone_messages")
                try console.run("DROP TABLE \(place.quotedSchema).chat_message_aliases")
                try console.run("DELETE FROM \(place.quotedSchema).chat_migrations WHERE number >= 2")
            }
        }
    }

    @Test("SQLite, from version 1")
    func sqlite() async throws {
        try await withSQLite { place in
            try await upgrade(place) {
                try await place.change("DROP INDEX chat_messages_changes")
                try await place.change("ALTER TABLE chat_messages DROP COLUMN change_revision")
                try await place.change("ALTER TABLE chat_sessions DROP COLUMN change_revision")
                try await place.change("DELETE FROM grdb_migrations WHERE identifier = '2 changes'")
            }
        }
    }

    /// Every message is kept, and can be edited and followed.
    ///
    /// - Parameter downgrade: makes of the database what version 1 had.
    private func upgrade(_ place: any StorePlace, _ downgrade: () async throws -> Void) async throws {
        let (session, id) = (UUID.random(), UUID.random())
        try await place.withStore { store in
            _ = try await store.append([.sample("first", id: id), .sample("second")], to: session)
        }
        try await downgrade()
        try await place.withStore { store in
            #expect(try await store.walk(session).map(\.content) == ["first", "second"])
            _ = try await store.edit(id, in: session, content: "changed")
            let page = try await store.changes(ChangeQuery(sessionID: session), owner: nil)
            #expect(page.changes.changes.map(\.revision) == [0, 2, 3])
        }
    }
}
