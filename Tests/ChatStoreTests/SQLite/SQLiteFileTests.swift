import ChatStore
import Foundation
import GRDB
import GeneratedMessages
import Testing

@Suite("The SQLite file", .timeLimit(.minutes(1)))
struct SQLiteFileTests {
    @Test("Nobody else can read the folder or a file in it")
    func rights() async throws {
        try await withSQLite { place in
            try await place.withStore { store in
                _ = try await store.append(.sample(), to: .random())
                let folder = place.directory + "/data"
                #expect(try Self.rights(of: folder) == 0o700)
                let files = try FileManager.default.contentsOfDirectory(atPath: folder)
                #expect(files.sorted() == ["", "-shm", "-wal", ".lock"].map { "chatrpc.db" + $0 })
                for file in files { #expect(try Self.rights(of: folder + "/" + file) == 0o600, "\(file)") }
            }
        }
    }

    @Test("A second store on the file is refused, until the first has closed")
    func secondStore() async throws {
        try await withSQLite { place in
            var configuration = SQLiteConfiguration(path: place.path)
            configuration.lockWait = .zero
            let second = place.makeStore(configuration)
            try await place.withStore { (store) async throws in
                let error = await #expect(throws: StoreError.self) { try await second.run() }
                #expect(error?.message.contains("another process serves the database file") == true)
                #expect(try await store.append(.sample(), to: .random()).seq == 1)
            }
            try await run(second) { store in _ = try await store.append(.sample(), to: .random()) }
        }
    }

    @Test("A store that starts while another ends waits for it")
    func handOver() async throws {
        try await withSQLite { place in
            let session = UUID.random()
            let first = try place.makeStore()
            let second = try place.makeStore()
            let later = try await run(first) { store in
                _ = try await store.append(.sample("a"), to: session)
                return Task { try await run(second) { try await $0.append(.sample("b"), to: session).seq } }
            }
            #expect(try await later.value == 2)
        }
    }

    @Test("Another program's database is left alone")
    func otherProgram() async throws {
        try await withSQLite { place in
            try FileManager.default.createDirectory(
                atPath: place.directory + "/data", withIntermediateDirectories: true)
            let other = try DatabaseQueue(path: place.path)
            try await other.write { database in
                try database.execute(sql: "CREATE TABLE notes (text); INSERT INTO notes VALUES ('mine')")
            }
            try other.close()
            let error = await #expect(throws: StoreError.self) { try await place.makeStore().run() }
            #expect(error?.message.contains("another program's") == true)
            let text = try await place.read { try String.fetchOne($0, sql: "SELECT text FROM notes") }
            #expect(text == "mine")
        }
    }

    @Test("A file of a newer version is left alone")
    func newerVersion() async throws {
        try await withSQLite { place in
            try await place.withStore { store in _ = try await store.append(.sample(), to: .random()) }
            try await place.change("INSERT INTO grdb_migrations (identifier) VALUES ('999 of tomorrow')")
            let error = await #expect(throws: StoreError.self) { try await place.makeStore().run() }
            #expect(error?.message.contains("newer version") == true)
        }
    }

    @Test("What is no database is refused, and stays as it was")
    func noDatabase() async throws {
        try await withSQLite { place in
            try FileManager.default.createDirectory(
                atPath: place.directory + "/data", withIntermediateDirectories: true)
            let bytes = Data(repeating: 7, count: 10_000)
            try bytes.write(to: URL(fileURLWithPath: place.path))
            await #expect(throws: StoreError.self) { try await place.makeStore().run() }
            #expect(try Data(contentsOf: URL(fileURLWithPath: place.path)) == bytes)
        }
    }

    @Test("Each file has an id of its own, for ever, and says whose it is")
    func storeID() async throws {
        try await withSQLite { place in
            var ids: Set<Data> = []
            for _ in 0..<2 {
                try await place.withStore { store in _ = try await store.append(.sample(), to: .random()) }
                let (id, application) = try await place.read { database in
                    (
                        try Data.fetchOne(database, sql: "SELECT store_id FROM chat_store"),
                        try Int.fetchOne(database, sql: "PRAGMA application_id")
                    )
                }
                ids.insert(try #require(id))
                #expect(application == 0x4352_5043)
            }
            #expect(ids.count == 1 && ids.first?.count == 16)
        }
    }

    private static func rights(of path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }
}
