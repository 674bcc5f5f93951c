import ChatStore
import GeneratedMessages
import Logging
import Synchronization
import Testing

@Suite("PostgreSQL's connections may be lost at any time", .timeLimit(.minutes(2)))
struct PostgreSQLConnectionLossTests {
    @Test("Connections killed under load: every acknowledged message once, seq dense, recovers alone")
    func killedUnderLoad() async throws {
        try await withPostgreSQL { place in
            let store = place.makeStore(try place.configuration(parameters: ["application_name": place.schema]))
            let sessions = (0..<4).map { _ in UUID.random() }
            let log = AcknowledgedMessages()
            try await run(store) { store in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for writer in 0..<16 {
                        group.addTask { try await log.write(to: sessions, by: writer, store) }
                    }
                    let console = try place.console()
                    for round in 1...15 {
                        try await until { log.count >= round * 20 }
                        try console.run(
                            """
                            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                            WHERE application_name = '\(place.schema)'
                            """)
                    }
                    log.end()
                    try await group.waitForAll()
                }
            }
            // Another store looks: the first one's reading connections may have been killed just now.
            try await place.withStore { try await log.check(in: $0) }
            #expect(log.unexpected.isEmpty)
        }
    }

    @Test("A connection cut behind COMMIT is in doubt, and the retry returns the original seq")
    func cutAfterCommit() async throws {
        try await withPostgreSQL { place in
            let proxy = try PostgreSQLProxy(to: place.port)
            defer { proxy.close() }
            let store = place.makeStore(
                try place.configuration(port: proxy.port, parameters: ["sslmode": "disable", "gssencmode": "disable"]))
            try await run(store) { store in
                let session = UUID.random()
                _ = try await store.append(.sample("before"), to: session)
                let item = Append.Item.sample("in doubt")
                proxy.cutBehindNextCommit()
                await expectRefusal(.inDoubt) { try await store.append(item, to: session) }
                try await until { store.isUsable }
                let result = try await store.append(item, to: session)
                #expect(result.seq == 2 && result.duplicate)
                #expect(try await store.list(session).messages.map(\.content) == ["before", "in doubt"])
            }
        }
    }

    @Test("A connection that falls silent is given up, though the other one of its lane is never idle")
    func silentBesideBusy() async throws {
        try await withPostgreSQL { place in
            let proxy = try PostgreSQLProxy(to: place.port)
            defer { proxy.close() }
            var configuration = try place.configuration(
                port: proxy.port, parameters: ["sslmode": "disable", "gssencmode": "disable"])
            configuration.limits.answerTimeoutSeconds = 1
            try await run(place.makeStore(configuration)) { store in
                let session = UUID.random()
                _ = try await store.append(.sample(), to: session)
                // By then the second connection is there too; the first would be silent for the other reads as well.
                try await Task.sleep(for: .milliseconds(300))
                proxy.hangBehindNext("message")
                await withTaskGroup(of: Bool.self) { group in
                    group.addTask {
                        await expectRefusal(.unavailable) {
                            try await store.message(.random(), in: session, owner: nil)
                        }
                        return true
                    }
                    // Some wait behind the silent one; all others have an answer ready whenever the lane looks.
                    let end = ContinuousClock.now + .seconds(8)
                    for _ in 0..<64 {
                        group.addTask {
                            while !Task.isCancelled, .now < end { _ = try? await store.list(session) }
                            return false
                        }
                    }
                    #expect(await group.next() == true)
                    group.cancelAll()
                }
            }
        }
    }

    @Test("Without a database calls are unavailable, and say when to try again")
    func noDatabase() async throws {
        let configuration = try PostgresConfiguration(url: "postgresql://127.0.0.1:1/none", schema: "none")
        let store = PostgresChatStore(
            configuration: configuration,
            logger: Logger(label: "chatstore.tests", factory: { _ in SwiftLogNoOpLogHandler() }))
        let running = Task { try await store.run() }
        let error = await expectRefusal(.unavailable) { try await store.append(.sample(), to: .random()) }
        #expect(error?.retryAfter != nil)
        await expectRefusal(.unavailable) { try await store.list(.random()) }
        await expectRefusal(.unavailable) { try await store.session(.random()) }
        #expect(!store.isUsable)
        running.cancel()
        try await running.value
    }
}

/// What writers were told is stored.
private final class AcknowledgedMessages: Sendable {
    private struct State {
        var messages: [(session: UUID, id: UUID, seq: Int64)] = []
        var hasEnded = false
        var unexpected: [StoreError.Code] = []
    }

    private let state = Mutex(State())

    var count: Int { state.withLock { $0.messages.count } }
    var unexpected: [StoreError.Code] { state.withLock { $0.unexpected } }

    func end() {
        state.withLock { $0.hasEnded = true }
    }

    /// Appends one message after the other, each until it is acknowledged.
    func write(to sessions: [UUID], by writer: Int, _ store: any ChatStore) async throws {
        var number = writer
        while !state.withLock({ $0.hasEnded }) {
            let session = sessions[number % sessions.count]
            let item = Append.Item.sample("\(writer): \(number)")
            let result = try await appendStubbornly(item, to: session, store)
            state.withLock { $0.messages.append((session, item.messageID, result.seq)) }
            number += 1
        }
    }

    private func appendStubbornly(
        _ item: Append.Item, to session: UUID, _ store: any ChatStore
    ) async throws -> AppendResult {
        while true {
            do {
                return try await store.append(item, to: session)
            } catch let error as StoreError {
                if error.code != .unavailable, error.code != .inDoubt {
                    state.withLock { $0.unexpected.append(error.code) }
                }
                try await until { store.isUsable }
            }
        }
    }

    func check(in store: any ChatStore) async throws {
        let expected = state.withLock { $0.messages }
        for session in Set(expected.map(\.session)) {
            let stored = try await store.walk(session)
            #expect(stored.map(\.seq) == Array(1...Int64(stored.count)))
            let seqs = Dictionary(stored.map { ($0.messageID, $0.seq) }, uniquingKeysWith: { _, _ in -1 })
            for message in expected where message.session == session {
                #expect(seqs[message.id.description] == message.seq)
            }
        }
    }
}
