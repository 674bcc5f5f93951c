import ChatStore
import GeneratedMessages
import Testing

@Suite("A batch is all or nothing", .timeLimit(.minutes(1)))
struct BatchTests {
    @Test("A batch of 500 is numbered in its order", arguments: StoreKind.tested)
    func order(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            let items = (1...500).map { Append.Item.sample("message \($0)") }
            let results = try await store.append(items, to: session)
            #expect(results.map(\.seq) == Array(1...500))
            #expect(results.map(\.revision) == Array(1...500))
            let page = try await store.list(session, limit: 500)
            #expect(page.messages.map(\.content) == (1...500).map { "message \($0)" })
            #expect(page.messages.map(\.messageID) == items.map(\.messageID.description))
        }
    }

    @Test("A conflict in a batch names its item and writes none of it", arguments: StoreKind.tested)
    func conflict(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (session, id) = (UUID.random(), UUID.random())
            _ = try await store.append(.sample("known", id: id), to: session)
            let error = await expectRefusal(.messageConflict) {
                try await store.append(
                    [.sample("a"), .sample("b"), .sample("other", id: id), .sample("c")], to: session)
            }
            #expect(error?.index == 2)
            let state = try await store.session(session)
            #expect(state.messageCount == 1 && state.lastSeq == 1 && state.revision == 1)
            #expect(state.preview == "known")
            #expect(try await store.append(.sample("next"), to: session).seq == 2)
        }
    }

    @Test("A stale epoch in a batch names its item and writes none of it", arguments: StoreKind.tested)
    func staleEpoch(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            try await store.append(texts: ["old"], to: session)
            _ = try await store.resetSession(session, owner: nil)
            let error = await expectRefusal(.epochStale) {
                try await store.append([.sample("a", epoch: 1), .sample("b", epoch: 0)], to: session)
            }
            #expect(error?.index == 1)
            #expect(error?.currentEpoch == 1)
            #expect(try await store.list(session).totalCount == 0)
        }
    }

    @Test("A message twice in a batch is written once", arguments: StoreKind.tested)
    func duplicateWithin(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            let item = Append.Item.sample("twice")
            let results = try await store.append([item, .sample("between"), item], to: session)
            #expect(results.map(\.seq) == [1, 2, 1])
            #expect(results.map(\.duplicate) == [false, false, true])
            #expect(try await store.list(session).messages.map(\.content) == ["twice", "between"])
        }
    }

    @Test("One id with two contents in a batch is a conflict at the second", arguments: StoreKind.tested)
    func conflictWithin(_ kind: StoreKind) async throws {
        try await withStore(kind) { (store) async throws in
            let (session, id) = (UUID.random(), UUID.random())
            let error = await expectRefusal(.messageConflict) {
                try await store.append([.sample("one", id: id), .sample("other", id: id)], to: session)
            }
            #expect(error?.index == 1)
            await expectRefusal(.sessionNotFound) { try await store.session(session) }
        }
    }

    @Test("A batch of known and new messages writes the new ones", arguments: StoreKind.tested)
    func mixed(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            let known = Append.Item.sample("known")
            _ = try await store.append(known, to: session)
            let results = try await store.append([.sample("a"), known, .sample("b")], to: session)
            #expect(results.map(\.seq) == [2, 1, 3])
            #expect(results.map(\.duplicate) == [false, true, false])
            #expect(try await store.session(session).messageCount == 3)
        }
    }

    @Test("A refused batch leaves its neighbours in the same commit alone", arguments: StoreKind.tested)
    func neighbours(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (session, id) = (UUID.random(), UUID.random())
            _ = try await store.append(.sample("known", id: id), to: session)
            let accepted = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        let second = number % 2 == 0 ? UUID.random() : id
                        let items = [Append.Item.sample("first"), .sample("second \(number)", id: second)]
                        return (try? await store.append(items, to: session)) != nil
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(accepted.filter { $0 }.count == 20)
            let messages = try await store.walk(session)
            #expect(messages.map(\.seq) == Array(1...41))
        }
    }
}
