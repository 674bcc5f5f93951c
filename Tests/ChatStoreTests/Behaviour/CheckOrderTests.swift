import ChatStore
import GeneratedMessages
import Testing

@Suite("An append is checked for owner, known id, deletion and epoch, in that order", .timeLimit(.minutes(1)))
struct CheckOrderTests {
    @Test("Another owner's session is not there, even for a known id", arguments: StoreKind.tested)
    func ownerFirst(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            let item = Append.Item.sample("mine")
            _ = try await store.append(item, to: session, owner: "ada")
            for attempt in [item, .sample("theirs"), .sample("theirs", id: item.messageID)] {
                await expectRefusal(.sessionNotFound) {
                    try await store.append(attempt, to: session, owner: "bob")
                }
            }
            _ = try await store.deleteSession(session, owner: "ada")
            await expectRefusal(.sessionNotFound) {
                try await store.append(.sample("theirs"), to: session, owner: "bob")
            }
        }
    }

    @Test("A known id answers before the deletion does", arguments: StoreKind.tested)
    func knownBeforeDeleted(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            let item = Append.Item.sample("known")
            _ = try await store.append(item, to: session)
            _ = try await store.deleteSession(session, owner: nil)
            #expect(try await store.append(item, to: session).duplicate)
            await expectRefusal(.messageConflict) {
                try await store.append(.sample("other", id: item.messageID), to: session)
            }
            await expectRefusal(.sessionDeleted) { try await store.append(.sample("new"), to: session) }
        }
    }

    @Test("A known id answers before a stale epoch does", arguments: StoreKind.tested)
    func knownBeforeEpoch(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            let item = Append.Item.sample("known", epoch: 0)
            _ = try await store.append(item, to: session)
            _ = try await store.resetSession(session, owner: nil)
            #expect(try await store.append(item, to: session).duplicate)
            let error = await expectRefusal(.epochStale) {
                try await store.append(.sample("new", epoch: 0), to: session)
            }
            #expect(error?.currentEpoch == 1)
        }
    }

    @Test("A deletion answers before a stale epoch does", arguments: StoreKind.tested)
    func deletedBeforeEpoch(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            try await store.append(texts: ["old"], to: session)
            _ = try await store.resetSession(session, owner: nil)
            _ = try await store.deleteSession(session, owner: nil)
            await expectRefusal(.sessionDeleted) {
                try await store.append(.sample("new", epoch: 0), to: session)
            }
        }
    }

    @Test("The current epoch is no stale one", arguments: StoreKind.tested)
    func currentEpoch(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            #expect(try await store.append(.sample("a", epoch: 0), to: session).seq == 1)
            _ = try await store.resetSession(session, owner: nil)
            #expect(try await store.append(.sample("b", epoch: 1), to: session).seq == 2)
        }
    }

    @Test("A deadline that has passed keeps the append from the database", arguments: StoreKind.tested)
    func deadline(_ kind: StoreKind) async throws {
        try await withStore(kind) { (store) async throws in
            let session = UUID.random()
            await expectRefusal(.deadlineExceeded) {
                try await store.append(
                    Append(
                        sessionID: session, items: [.sample("late")],
                        deadline: .now.advanced(by: .seconds(-1))))
            }
            await expectRefusal(.sessionNotFound) { try await store.session(session) }
        }
    }
}
