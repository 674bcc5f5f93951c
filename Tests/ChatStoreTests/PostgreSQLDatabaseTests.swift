import ChatStore
import GeneratedMessages
import Testing

@Suite("What a PostgreSQL database has to be", .timeLimit(.minutes(1)))
struct PostgreSQLDatabaseTests {
    @Test("A database with synchronous_commit off is refused, unless that is allowed by name")
    func unsafeDurability() async throws {
        try await withPostgreSQL { place in
            var configuration = try place.configuration(parameters: ["options": "-c synchronous_commit=off"])
            let refusing = place.makeStore(configuration)
            let error = await #expect(throws: PostgresConfigurationError.self) { try await refusing.run() }
            #expect(error?.description.contains("synchronous_commit") == true)
            #expect(!refusing.isUsable)
            configuration.allowUnsafeDurability = true
            try await run(place.makeStore(configuration)) { store in
                let result = try await store.append(.sample(), to: .random())
                #expect(result.seq == 1)
            }
        }
    }

    @Test(
        "Any name of a schema is quoted, never pasted",
        arguments: ["Odd Name", #"qu"ote"#, "it's", "semi; DROP SCHEMA x", #"back\slash"#, "schöma", "select"])
    func oddNames(_ name: String) async throws {
        try await withPostgreSQL(schema: name) { place in
            try await place.withStore { store in
                let session = UUID.random()
                _ = try await store.append(.sample("kept"), to: session)
                #expect(try await store.list(session).messages.map(\.content) == ["kept"])
                _ = try await store.renameSession(session, name: "renamed", description: nil, owner: nil)
            }
            // A second start finds its tables again.
            try await place.withStore { store in
                let sessions = try await store.listSessions(SessionQuery(), owner: nil).sessions
                #expect(sessions.map(\.name) == ["renamed"])
            }
        }
    }

    @Test("Tables of another program under the same names are left alone, with a clear message")
    func foreignTables() async throws {
        try await withPostgreSQL { place in
            let console = try place.console()
            try console.run("CREATE SCHEMA \(place.quotedSchema)")
            try console.run("CREATE TABLE \(place.quotedSchema).chat_messages (message_id uuid PRIMARY KEY)")
            let store = try place.makeStore()
            let error = await #expect(throws: PostgresConfigurationError.self) { try await store.run() }
            #expect(error?.description.contains("chat_messages") == true)
            #expect(
                try console.number(
                    "SELECT count(*) FROM pg_tables WHERE schemaname = '\(place.schema)'") == 1)
        }
    }

    @Test("Sessions' rows are updated in place by appends (HOT)")
    func heapOnlyUpdates() async throws {
        try await withPostgreSQL { place in
            try await place.withStore { store in
                let session = UUID.random()
                for number in 0..<200 { _ = try await store.append(.sample("\(number)"), to: session) }
            }
            // The counts arrive when the store's connections have ended.
            let console = try place.console()
            let updates = "FROM pg_stat_all_tables WHERE schemaname = '\(place.schema)' AND relname = 'chat_sessions'"
            try await until { try console.number("SELECT n_tup_upd \(updates)") == 199 }
            let inPlace = try console.number("SELECT n_tup_hot_upd \(updates)") ?? 0
            #expect(inPlace >= 195)
        }
    }
}
