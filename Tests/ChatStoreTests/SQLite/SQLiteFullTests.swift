import ChatStore
import GRDB
import GeneratedMessages
import Testing

@Suite("A full disk", .timeLimit(.minutes(2)))
struct SQLiteFullTests {
    @Test("A full file refuses appends as unavailable, keeps what was acknowledged, and goes on when it may grow")
    func fullFile() async throws {
        try await withSQLite { place in
            let session = UUID.random()
            var small = SQLiteConfiguration(path: place.path)
            small.maximumFileBytes = 1 << 20
            let refused = Append.Item.sample(String(repeating: "y", count: 100_000))
            let acknowledged = try await run(place.makeStore(small)) { store in
                var acknowledged = 0
                while acknowledged < 1000 {
                    do {
                        let text = String(repeating: "x", count: 20_000)
                        _ = try await store.append(.sample(text), to: session)
                        acknowledged += 1
                    } catch let error as StoreError {
                        #expect(error.code == .unavailable && error.retryAfter != nil)
                        break
                    }
                }
                await expectRefusal(.unavailable) { try await store.append(refused, to: session) }
                #expect(try await store.walk(session).count == acknowledged)
                #expect(try await store.session(session).lastSeq == acknowledged)
                return acknowledged
            }
            #expect(acknowledged > 10 && acknowledged < 60)
            #expect(try await place.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
            try await place.withStore { (store) async throws in
                #expect(try await store.append(refused, to: session).seq == Int64(acknowledged) + 1)
                #expect(try await store.walk(session).map(\.seq) == (0...Int64(acknowledged)).map { $0 + 1 })
            }
        }
    }

    @Test("Writes that the system refuses: no acknowledgement, an intact file, and service resumes when there is room")
    func failingWrites() async throws {
        try await withSQLite { place in
            let writer = try CrashWriter(place, seed: testSeed, fileLimitBytes: 6 << 20)
            let lines = try await writer.linesToTheEnd()
            #expect(lines.filter { $0 == "refused unavailable" }.count == 3, "\(lines.suffix(5))")
            let seqs = lines.compactMap { Int64($0) }
            #expect(seqs == (0..<Int64(seqs.count)).map { $0 + 1 })
            let afterwards = lines.drop { $0 != "resumed" }.dropFirst()
            #expect(afterwards.count == 20)
            #expect(try await place.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
            try await place.withStore { store in
                let messages = try await store.walk(UUID(high: testSeed, low: 0))
                #expect(messages.map(\.seq) == seqs)
            }
        }
    }
}
