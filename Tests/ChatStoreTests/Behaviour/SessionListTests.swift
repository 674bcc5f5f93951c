import ChatStore
import GeneratedMessages
import GeneratedRPC
import Testing

@Suite("The list of sessions", .timeLimit(.minutes(1)))
struct SessionListTests {
    @Test("Sessions come by last activity, newest first", arguments: StoreKind.tested)
    func order(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let ids = (0..<6).map { _ in UUID.random() }
            for id in ids { _ = try await store.createSession(NewSession(id: id), owner: nil) }
            #expect(try await store.sessionIDs() == ids.reversed().map(\.description))
            try await store.append(texts: ["a"], to: ids[2])
            try await store.append(texts: ["a"], to: ids[4])
            try await store.append(texts: ["b"], to: ids[2])
            #expect(try await store.sessionIDs() == [2, 4, 5, 3, 1, 0].map { ids[$0].description })
            _ = try await store.renameSession(ids[0], name: "no activity", description: nil, owner: nil)
            _ = try await store.resetSession(ids[2], owner: nil)
            #expect(try await store.sessionIDs() == [4, 5, 3, 2, 1, 0].map { ids[$0].description })
        }
    }

    @Test("Offsets and positions page through all, each once", arguments: StoreKind.tested)
    func paging(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<57 {
                    group.addTask { _ = try await store.append(.sample(), to: .random()) }
                }
                try await group.waitForAll()
            }
            let whole = try await store.listSessions(SessionQuery(limit: 100), owner: nil)
            #expect(whole.sessions.count == 57 && !whole.hasMore)
            let ordered = whole.sessions.sorted {
                ($1.activity, $0.id) < ($0.activity, $1.id)
            }
            #expect(Array(whole.sessions) == ordered)
            for limit in [1, 10, 56, 57, 58] {
                var byOffset: [Session] = []
                var byPosition: [Session] = []
                var position: SessionPosition?
                while true {
                    let page = try await store.listSessions(
                        SessionQuery(limit: limit, offset: Int64(byOffset.count)), owner: nil)
                    byOffset.append(contentsOf: page.sessions)
                    let next = try await store.listSessions(SessionQuery(limit: limit, after: position), owner: nil)
                    byPosition.append(contentsOf: next.sessions)
                    #expect(page.hasMore == (byOffset.count < 57) && next.hasMore == page.hasMore)
                    guard page.hasMore, let last = next.sessions.last else { break }
                    position = SessionPosition(lastActivity: last.activity, id: try #require(UUID(last.id)))
                }
                #expect(byOffset == ordered && byPosition == ordered)
            }
            #expect(try await store.listSessions(SessionQuery(offset: .max), owner: nil).sessions.isEmpty)
        }
    }

    @Test("Deleted sessions are in the trash and nowhere else", arguments: StoreKind.tested)
    func trash(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (kept, gone) = (UUID.random(), UUID.random())
            try await store.append(texts: ["a"], to: kept)
            try await store.append(texts: ["a"], to: gone)
            _ = try await store.deleteSession(gone, owner: nil)
            #expect(try await store.sessionIDs() == [kept.description])
            #expect(try await store.sessionIDs(deleted: true) == [gone.description])
            _ = try await store.restoreSession(gone, owner: nil)
            #expect(try await store.sessionIDs() == [gone.description, kept.description])
            #expect(try await store.sessionIDs(deleted: true) == [])
        }
    }

    @Test("The list of one user has that user's sessions only", arguments: StoreKind.tested)
    func byUser(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let ids = (0..<6).map { _ in UUID.random() }
            for (number, id) in ids.enumerated() {
                _ = try await store.createSession(
                    NewSession(id: id, userID: ["ada", "bob", nil][number % 3]), owner: nil)
            }
            #expect(try await store.sessionIDs(user: "ada") == [ids[3], ids[0]].map(\.description))
            #expect(try await store.sessionIDs(user: "nobody") == [])
            #expect(try await store.sessionIDs().count == 6)
        }
    }
}

extension Session {
    /// Microseconds of last_message_at, or else of created_at.
    fileprivate var activity: Int64 {
        (hasLastMessageAt ? lastMessageAt : createdAt).sampleMicroseconds
    }
}

extension ChatStore {
    fileprivate func sessionIDs(user: String? = nil, deleted: Bool = false) async throws -> [String] {
        let page = try await listSessions(
            SessionQuery(limit: 100, userID: user, deleted: deleted), owner: nil)
        return page.sessions.map(\.id)
    }
}
