import ChatStore
import GeneratedMessages
import Testing

@Suite("Sending a message again is free", .timeLimit(.minutes(1)))
struct IdempotencyTests {
    @Test("The second time answers as the first, and says duplicate", arguments: StoreKind.tested)
    func duplicate(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            let item = Append.Item.sample("once")
            try await store.append(texts: ["before"], to: session)
            let first = try await store.append(item, to: session)
            try await store.append(texts: ["after"], to: session)
            var retry = item
            retry.timestamp += 5_000_000
            let second = try await store.append(retry, to: session)
            #expect(second.duplicate && !first.duplicate)
            #expect(second.seq == first.seq)
            #expect(second.revision == first.revision)
            #expect(second.timestamp == first.timestamp)
            let state = try await store.session(session)
            #expect(state.messageCount == 3 && state.lastSeq == 3 && state.revision == 3)
        }
    }

    @Test("Fifty at once are one row", arguments: StoreKind.tested)
    func atOnce(_ kind: StoreKind) async throws {
        try await withPlace(kind) { place in
            let session = UUID.random()
            let item = Append.Item.sample("once")
            let results = try await place.withStore { store in
                try await withThrowingTaskGroup(of: AppendResult.self) { group in
                    for _ in 0..<50 {
                        group.addTask { try await store.append(item, to: session) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
            }
            #expect(results.count == 50)
            #expect(results.filter { !$0.duplicate }.count == 1)
            #expect(Set(results.map(\.seq)) == [1])
            try await place.withStore { (store) async throws in
                #expect(try await store.append(item, to: session).duplicate)
                #expect(try await store.list(session).messages.count == 1)
            }
        }
    }

    @Test("Another content under a known id is a conflict, and writes nothing", arguments: StoreKind.tested)
    func conflict(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (session, id) = (UUID.random(), UUID.random())
            _ = try await store.append(.sample("one", id: id), to: session)
            await expectRefusal(.messageConflict) {
                try await store.append(.sample("other", id: id), to: session)
            }
            await expectRefusal(.messageConflict) {
                try await store.append(.sample("one", id: id, role: .assistant), to: session)
            }
            let state = try await store.session(session)
            #expect(state.messageCount == 1 && state.lastSeq == 1 && state.revision == 1)
            #expect(try await store.message(id, in: session, owner: nil).content == "one")
        }
    }

    @Test("Of two contents that race under one id one is written and the other refused", arguments: StoreKind.tested)
    func race(_ kind: StoreKind) async throws {
        try await withStore(kind) { (store) async throws in
            for _ in 0..<10 {
                let (session, id) = (UUID.random(), UUID.random())
                let outcomes = await withTaskGroup(of: Bool.self) { group in
                    for text in ["one", "other"] {
                        group.addTask { (try? await store.append(.sample(text, id: id), to: session)) != nil }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(outcomes.filter { $0 }.count == 1)
                #expect(try await store.list(session).totalCount == 1)
            }
        }
    }

    @Test("A message keyed by its client is a duplicate whatever its content", arguments: StoreKind.tested)
    func clientKeyed(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (session, id) = (UUID.random(), UUID.random())
            _ = try await store.append(.sample("stored", id: id), to: session)
            let again = try await store.append(.sample("resent", id: id, acceptsKnown: true), to: session)
            #expect(again.duplicate && again.seq == 1)
            #expect(try await store.message(id, in: session, owner: nil).content == "stored")
        }
    }

    @Test("A duplicate is known after reset, delete and restore", arguments: StoreKind.tested)
    func acrossEpochs(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            let item = Append.Item.sample("once")
            let first = try await store.append(item, to: session)
            _ = try await store.resetSession(session, owner: nil)
            #expect(try await store.append(item, to: session) == AppendResult(duplicateOf: first))
            _ = try await store.deleteSession(session, owner: nil)
            #expect(try await store.append(item, to: session) == AppendResult(duplicateOf: first))
            _ = try await store.restoreSession(session, owner: nil)
            #expect(try await store.append(item, to: session) == AppendResult(duplicateOf: first))
            #expect(try await store.list(session).messages.isEmpty)
            #expect(try await store.append(.sample("new"), to: session).seq == 2)
        }
    }
}

extension AppendResult {
    /// The answer to sending a message again.
    init(duplicateOf first: AppendResult) {
        self = first
        duplicate = true
    }
}
