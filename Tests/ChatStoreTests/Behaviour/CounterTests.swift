import ChatStore
import GeneratedMessages
import GeneratedRPC
import Testing

@Suite("A session's numbers after every kind of change", .timeLimit(.minutes(1)))
struct CounterTests {
    /// What a change leaves: message_count, last_seq, revision, reset_epoch.
    private struct Numbers: Equatable {
        var count: Int64
        var lastSeq: Int64
        var revision: Int64
        var epoch: Int64

        init(_ count: Int64, _ lastSeq: Int64, _ revision: Int64, _ epoch: Int64) {
            (self.count, self.lastSeq, self.revision, self.epoch) = (count, lastSeq, revision, epoch)
        }

        init(_ session: Session) {
            self.init(session.messageCount, session.lastSeq, session.revision, session.resetEpoch)
        }
    }

    @Test("Every change moves the revision by one, appends move it by one per message", arguments: StoreKind.tested)
    func numbers(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = UUID.random()
            func expect(_ numbers: Numbers, _ what: Comment) async throws {
                #expect(Numbers(try await store.session(id)) == numbers, what)
            }
            _ = try await store.createSession(NewSession(id: id), owner: nil)
            try await expect(Numbers(0, 0, 0, 0), "created")
            _ = try await store.append(.sample("a"), to: id)
            try await expect(Numbers(1, 1, 1, 0), "append")
            _ = try await store.append([.sample("b"), .sample("c")], to: id)
            try await expect(Numbers(3, 3, 3, 0), "batch")
            _ = try await store.renameSession(id, name: "other", description: nil, owner: nil)
            try await expect(Numbers(3, 3, 4, 0), "rename")
            _ = try await store.renameSession(id, name: "other", description: nil, owner: nil)
            try await expect(Numbers(3, 3, 4, 0), "rename to the same")
            _ = try await store.resetSession(id, owner: nil)
            try await expect(Numbers(0, 3, 5, 1), "reset")
            _ = try await store.append(.sample("d"), to: id)
            try await expect(Numbers(1, 4, 6, 1), "append after reset")
            _ = try await store.deleteSession(id, owner: nil)
            try await expect(Numbers(1, 4, 7, 1), "delete")
            _ = try await store.restoreSession(id, owner: nil)
            try await expect(Numbers(1, 4, 8, 1), "restore")
        }
    }

    @Test("A message's revision is the session's when it was made", arguments: StoreKind.tested)
    func messageRevisions(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = UUID.random()
            let first = try await store.append(.sample("a"), to: id)
            _ = try await store.renameSession(id, name: "other", description: nil, owner: nil)
            let second = try await store.append(.sample("b"), to: id)
            #expect([first.revision, second.revision] == [1, 3])
            #expect(try await store.list(id).messages.map(\.revision) == [1, 3])
        }
    }

    @Test("last_message_at is the time of the append, whatever time the message carries", arguments: StoreKind.tested)
    func lastMessageAt(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = UUID.random()
            let created = try await store.createSession(NewSession(id: id), owner: nil)
            #expect(!created.hasLastMessageAt)
            _ = try await store.append(.sample("old", timestamp: -1_000_000), to: id)
            let state = try await store.session(id)
            #expect(state.hasLastMessageAt)
            #expect(state.lastMessageAt.sampleMicroseconds >= created.createdAt.sampleMicroseconds)
            #expect(state.createdAt == created.createdAt)
        }
    }
}
