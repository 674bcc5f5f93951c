import ChatStore
import GeneratedMessages
import ProtobufRuntime
import Testing

/// A reader that knows nothing of a session but what its changes say.
private struct Follower {
    var cursor: ChangeCursor?
    var messages: [Int64: Message] = [:]
    var session: Session?

    /// Takes one page. Returns whether there is more.
    mutating func follow(_ store: any ChatStore, _ id: UUID, limit: Int, bytes: Int = 3 << 20) async throws -> Bool {
        let query = ChangeQuery(sessionID: id, after: cursor, limit: limit, maximumBytes: bytes)
        let page = try await store.changes(query, owner: nil)
        #expect(page.changes.changes.count <= limit)
        if page.changes.hasMore { #expect(!page.changes.changes.isEmpty, "more follows nothing") }
        var last: Int64 = 0
        for change in page.changes.changes {
            #expect(change.revision >= last, "changes come by revision")
            last = change.revision
            apply(change)
        }
        cursor = page.next
        return page.changes.hasMore
    }

    private mutating func apply(_ change: Change) {
        switch change.kind {
        case .message(let message):
            if message.hasDeletedAt {
                #expect(message.content.isEmpty && !message.hasMetadata)
                messages[message.seq] = nil
            } else {
                messages[message.seq] = message
            }
        case .session(let session): self.session = session
        case .reset: messages = [:]
        default: Issue.record("a change of nothing")
        }
    }

    mutating func catchUp(_ store: any ChatStore, _ id: UUID) async throws {
        while try await follow(store, id, limit: 3) {}
    }
}

@Suite("Who follows the changes has what there is", .timeLimit(.minutes(2)))
struct ChangeFollowerTests {
    @Test("After anything at all, however far behind and by whatever pages", arguments: StoreKind.tested)
    func random(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            for round in 0..<6 {
                var random = SeededGenerator(stream: UInt64(round))
                let session = UUID.random()
                _ = try await store.createSession(NewSession(id: session), owner: nil)
                var quick = Follower()
                var slow = Follower()
                var ids: [UUID] = []
                for step in 0..<120 {
                    try await Self.change(session, in: store, &ids, step, &random)
                    if Int.random(in: 0..<2, using: &random) == 0 {
                        _ = try await quick.follow(store, session, limit: Int.random(in: 1...5, using: &random))
                    }
                    if step % 40 == 39 { _ = try await slow.follow(store, session, limit: 7, bytes: 300) }
                }
                _ = try await store.restoreSession(session, owner: nil)
                try await quick.catchUp(store, session)
                try await slow.catchUp(store, session)
                var late = Follower()
                try await late.catchUp(store, session)
                let there = try await store.walk(session)
                let state = try await store.session(session)
                for follower in [quick, slow, late] {
                    #expect(follower.messages.keys.sorted() == there.map(\.seq))
                    #expect(there.allSatisfy { follower.messages[$0.seq] == $0 })
                    #expect(follower.session?.name == state.name)
                    #expect(follower.session?.isActive == true)
                }
                // Nothing has changed since.
                let more = try await store.changes(ChangeQuery(sessionID: session, after: quick.cursor), owner: nil)
                #expect(more.changes.changes.isEmpty && !more.changes.hasMore && more.next == quick.cursor)
            }
        }
    }

    private static func change(
        _ session: UUID, in store: any ChatStore, _ ids: inout [UUID], _ step: Int, _ random: inout SeededGenerator
    ) async throws {
        do {
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<9:
                let item = Append.Item.sample("text \(step)", metadata: #"{"step": \#(step)}"#)
                ids.append(item.messageID)
                _ = try await store.append(item, to: session)
            case 9..<13:
                guard let id = ids.randomElement(using: &random) else { return }
                _ = try await store.edit(id, in: session, content: "edited \(step)")
            case 13..<16:
                guard let id = ids.randomElement(using: &random) else { return }
                _ = try await store.delete(id, in: session)
            case 16: _ = try await store.renameSession(session, name: "name \(step)", description: nil, owner: nil)
            case 17: _ = try await store.resetSession(session, owner: nil)
            case 18: _ = try await store.deleteSession(session, owner: nil)
            default: _ = try await store.restoreSession(session, owner: nil)
            }
        } catch let error as StoreError where [.sessionDeleted, .messageNotFound].contains(error.code) {
            // As it happens.
        }
    }

    @Test("While others write, a follower misses nothing", arguments: StoreKind.tested)
    func live(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            try await store.append(texts: ["first"], to: session)
            var follower = Follower()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<4 {
                    group.addTask {
                        for number in 0..<25 {
                            let item = Append.Item.sample("\(writer).\(number)")
                            _ = try await store.append(item, to: session)
                            if number % 3 == 0 {
                                _ = try await store.edit(item.messageID, in: session, content: "edited")
                            }
                            if number % 5 == 0 { _ = try await store.delete(item.messageID, in: session) }
                        }
                    }
                }
                for _ in 0..<60 { _ = try await follower.follow(store, session, limit: 4) }
                try await group.waitForAll()
            }
            try await follower.catchUp(store, session)
            let there = try await store.walk(session)
            #expect(follower.messages.keys.sorted() == there.map(\.seq))
            #expect(there.allSatisfy { follower.messages[$0.seq] == $0 })
        }
    }

    @Test("A reset comes first, and what was before it is gone", arguments: StoreKind.tested)
    func reset(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            try await store.append(texts: ["old", "old too"], to: session)
            var follower = Follower()
            try await follower.catchUp(store, session)
            _ = try await store.resetSession(session, owner: nil)
            try await store.append(texts: ["new"], to: session)
            let page = try await store.changes(ChangeQuery(sessionID: session, after: follower.cursor), owner: nil)
            let changes = Array(page.changes.changes)
            #expect(changes.map(\.revision) == [0, 3, 4])
            guard case .reset(let reset) = changes[0].kind, case .session(let state) = changes[1].kind,
                case .message(let message) = changes[2].kind
            else {
                Issue.record("not a reset, the session and a message: \(changes)")
                return
            }
            #expect(reset.resetEpoch == 1 && state.resetEpoch == 1 && message.content == "new")
        }
    }

    @Test("A deleted session tells that it is, and once restored all that was missed", arguments: StoreKind.tested)
    func deletedSession(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            try await store.append(texts: ["seen"], to: session)
            var follower = Follower()
            try await follower.catchUp(store, session)
            try await store.append(texts: ["missed"], to: session)
            _ = try await store.deleteSession(session, owner: nil)
            try await follower.catchUp(store, session)
            #expect(follower.session?.isActive == false && follower.messages.count == 1)
            let quiet = try await store.changes(ChangeQuery(sessionID: session, after: follower.cursor), owner: nil)
            #expect(quiet.changes.changes.isEmpty)
            _ = try await store.restoreSession(session, owner: nil)
            try await follower.catchUp(store, session)
            #expect(follower.session?.isActive == true)
            #expect(follower.messages.values.map(\.content).sorted() == ["missed", "seen"])
        }
    }

    @Test("A message that is larger than the answer may be comes alone", arguments: StoreKind.tested)
    func large(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            try await store.append(texts: ["a", String(repeating: "x", count: 200_000), "b"], to: session)
            var follower = Follower()
            while try await follower.follow(store, session, limit: 100, bytes: 1_000) {}
            #expect(follower.messages.values.map(\.content.count).sorted() == [1, 1, 200_000])
        }
    }

    @Test("Cursors of another store, or ahead of this one, have expired", arguments: StoreKind.tested)
    func expired(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            try await store.append(texts: ["a"], to: session)
            let good = try await store.changes(ChangeQuery(sessionID: session), owner: nil).next
            for change in [
                { $0.storeID = .random() }, { $0.seq += 1 }, { $0.revision += 1 }, { $0.resetEpoch += 1 },
                { $0.sessionRevision = 9 },
            ] as [@Sendable (inout ChangeCursor) -> Void] {
                var bad = good
                change(&bad)
                let query = ChangeQuery(sessionID: session, after: bad)
                await expectRefusal(.cursorExpired) { try await store.changes(query, owner: nil) }
            }
            await expectRefusal(.sessionNotFound) {
                try await store.changes(ChangeQuery(sessionID: .random()), owner: nil)
            }
            await expectRefusal(.sessionNotFound) {
                try await store.changes(ChangeQuery(sessionID: session), owner: "nobody")
            }
        }
    }
}
