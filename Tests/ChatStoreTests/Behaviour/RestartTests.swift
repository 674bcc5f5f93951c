import ChatStore
import GeneratedMessages
import Testing

@Suite("A restart keeps everything", .timeLimit(.minutes(1)))
struct RestartTests {
    @Test("Sessions, messages, the trash and the numbering go on as they were", arguments: StoreKind.tested)
    func restart(_ kind: StoreKind) async throws {
        try await withPlace(kind) { place in
            let (kept, gone, reset) = (UUID.random(), UUID.random(), UUID.random())
            let before = try await place.withStore { store in
                _ = try await store.append(
                    (1...20).map { .sample("\($0)", agent: "planner", metadata: #"{"n":1}"#) }, to: kept)
                try await store.append(texts: ["a"], to: gone)
                _ = try await store.deleteSession(gone, owner: nil)
                try await store.append(texts: ["a", "b"], to: reset)
                _ = try await store.resetSession(reset, owner: nil)
                return try await Snapshot(store, [kept, gone, reset])
            }
            try await place.withStore { (store) async throws in
                #expect(try await Snapshot(store, [kept, gone, reset]) == before)
                #expect(try await store.append(.sample("21"), to: kept).seq == 21)
                #expect(try await store.append(.sample("c"), to: reset).seq == 3)
                await expectRefusal(.sessionDeleted) { try await store.append(.sample("b"), to: gone) }
            }
        }
    }

    @Test("A store that has closed refuses what comes after, as unavailable", arguments: StoreKind.tested)
    func closed(_ kind: StoreKind) async throws {
        try await withPlace(kind) { place in
            let store = try place.makeStore()
            await expectRefusal(.unavailable) { try await store.append(.sample(), to: .random()) }
            #expect(!store.isUsable)
            try await run(store) { store in _ = try await store.append(.sample(), to: .random()) }
            #expect(!store.isUsable)
            await expectRefusal(.unavailable) { try await store.append(.sample(), to: .random()) }
            await expectRefusal(.unavailable) { try await store.list(.random()) }
        }
    }

    @Test(
        "When a store closes, every append under way is answered, and stored where it succeeded",
        arguments: StoreKind.tested)
    func closing(_ kind: StoreKind) async throws {
        try await withPlace(kind) { place in
            let session = UUID.random()
            let appends = try await place.withStore { store in
                let appends = (0..<200).map { number in
                    Task { try await store.append(.sample("\(number)"), to: session) }
                }
                _ = try await store.append(.sample("awaited"), to: session)
                return appends
            }
            var stored: [Int64] = []
            for append in appends {
                switch await append.result {
                case .success(let result): stored.append(result.seq)
                case .failure(let error): #expect((error as? StoreError)?.code == .unavailable)
                }
            }
            try await place.withStore { [stored] store in
                let messages = try await store.walk(session)
                let awaited = messages.filter { $0.content == "awaited" }.map(\.seq)
                #expect(messages.map(\.seq) == (stored + awaited).sorted())
            }
        }
    }
}

/// All that can be read of some sessions.
private struct Snapshot: Sendable, Equatable {
    var sessions: [Session] = []
    var messages: [[Message]] = []
    var list: [Session]
    var trash: [Session]

    init(_ store: any ChatStore, _ ids: [UUID]) async throws {
        list = Array(try await store.listSessions(SessionQuery(), owner: nil).sessions)
        trash = Array(try await store.listSessions(SessionQuery(deleted: true), owner: nil).sessions)
        for id in ids {
            sessions.append(try await store.session(id))
            messages.append(try await store.walk(id))
        }
    }
}
