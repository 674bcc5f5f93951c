import ChatStore
import GeneratedMessages
import Testing

@Suite("A reset begins a new epoch", .timeLimit(.minutes(1)))
struct ResetTests {
    @Test("The old messages are no longer part of the session, and seq goes on", arguments: StoreKind.tested)
    func newEpoch(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (session, old) = (UUID.random(), UUID.random())
            _ = try await store.append([.sample("old", id: old), .sample("old too")], to: session)
            let reset = try await store.resetSession(session, owner: nil)
            #expect(reset.resetEpoch == 1 && reset.revision == 3)
            #expect(reset.messageCount == 0 && reset.lastSeq == 2)
            #expect(!reset.hasPreview && !reset.hasLastMessageAt)
            #expect(reset == (try await store.session(session)))

            let empty = try await store.list(session)
            #expect(empty.messages.isEmpty && empty.totalCount == 0 && !empty.hasMore)
            #expect(empty.resetEpoch == 1 && empty.revision == 3)
            await expectRefusal(.messageNotFound) { try await store.message(old, in: session, owner: nil) }

            #expect(try await store.append(.sample("new"), to: session).seq == 3)
            let page = try await store.list(session)
            #expect(page.messages.map(\.content) == ["new"])
            #expect(page.messages.map(\.resetEpoch) == [1])
            #expect(page.totalCount == 1)
        }
    }

    @Test("A reset of an empty epoch changes nothing", arguments: StoreKind.tested)
    func again(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            let fresh = try await store.createSession(NewSession(id: session), owner: nil)
            #expect(try await store.resetSession(session, owner: nil) == fresh)
            try await store.append(texts: ["a"], to: session)
            let once = try await store.resetSession(session, owner: nil)
            #expect(try await store.resetSession(session, owner: nil) == once)
            #expect(once.resetEpoch == 1)
        }
    }

    @Test("Every cursor and offset speaks of the current epoch", arguments: StoreKind.tested)
    func listingAfterResets(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            for epoch in 0..<3 {
                try await store.append(texts: (0..<4).map { "\(epoch).\($0)" }, to: session)
                if epoch < 2 { _ = try await store.resetSession(session, owner: nil) }
            }
            #expect(try await store.list(session).messages.map(\.seq) == [9, 10, 11, 12])
            #expect(try await store.list(session, limit: 2).messages.map(\.seq) == [9, 10])
            #expect(try await store.list(session, offset: 1).messages.map(\.content) == ["2.1", "2.2", "2.3"])
            #expect(try await store.list(session, after: 2).messages.map(\.seq) == [9, 10, 11, 12])
            #expect(try await store.list(session, before: 9).messages.isEmpty)
            let newest = try await store.list(session, limit: 3, offset: 2, newestFirst: true)
            #expect(newest.messages.map(\.seq) == [10, 9])
            #expect(!newest.hasMore)
        }
    }

    @Test("Neither a deleted session nor a missing one is reset", arguments: StoreKind.tested)
    func refusals(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            await expectRefusal(.sessionNotFound) { try await store.resetSession(session, owner: nil) }
            try await store.append(texts: ["a"], to: session)
            _ = try await store.deleteSession(session, owner: nil)
            await expectRefusal(.sessionDeleted) { try await store.resetSession(session, owner: nil) }
        }
    }

    @Test("Appends and resets at once: seq stays dense and every message is of one epoch", arguments: StoreKind.tested)
    func concurrent(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            let results = try await withThrowingTaskGroup(of: [AppendResult].self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        var results: [AppendResult] = []
                        for number in 0..<25 {
                            results.append(try await store.append(.sample("\(writer).\(number)"), to: session))
                            if number % 10 == 9 { _ = try await store.resetSession(session, owner: nil) }
                        }
                        return results
                    }
                }
                return try await group.reduce(into: []) { $0.append(contentsOf: $1) }
            }
            #expect(results.map(\.seq).sorted() == Array(1...200))
            let state = try await store.session(session)
            #expect(state.lastSeq == 200)
            let visible = try await store.walk(session)
            #expect(visible.count == Int(state.messageCount))
            #expect(visible.map(\.seq) == Array((200 - state.messageCount + 1)...200).map { $0 })
            #expect(visible.allSatisfy { $0.resetEpoch == state.resetEpoch })
        }
    }
}
