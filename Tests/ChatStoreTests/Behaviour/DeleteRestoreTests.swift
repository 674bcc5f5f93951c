import ChatStore
import GeneratedMessages
import Testing

@Suite("Deleted stays deleted until it is restored", .timeLimit(.minutes(1)))
struct DeleteRestoreTests {
    @Test("A deleted session lists as an empty page, and is seen as deleted", arguments: StoreKind.tested)
    func delete(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (session, id) = (UUID.random(), UUID.random())
            _ = try await store.append(.sample("text", id: id), to: session)
            let deleted = try await store.deleteSession(session, owner: nil)
            #expect(!deleted.isActive && deleted.revision == 2)
            #expect(deleted == (try await store.session(session)))
            let page = try await store.list(session)
            #expect(page.messages.isEmpty && page.totalCount == 0 && !page.hasMore)
            await expectRefusal(.messageNotFound) { try await store.message(id, in: session, owner: nil) }
        }
    }

    @Test("Every write to a deleted session is refused", arguments: StoreKind.tested)
    func writes(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            try await store.append(texts: ["a"], to: session)
            let deleted = try await store.deleteSession(session, owner: nil)
            await expectRefusal(.sessionDeleted) { try await store.append(.sample("b"), to: session) }
            await expectRefusal(.sessionDeleted) {
                try await store.createSession(NewSession(id: session), owner: nil)
            }
            await expectRefusal(.sessionDeleted) {
                try await store.renameSession(session, name: "n", description: nil, owner: nil)
            }
            #expect(try await store.session(session) == deleted)
        }
    }

    @Test("A restored session has all that it had", arguments: StoreKind.tested)
    func restore(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            try await store.append(texts: ["a", "b"], to: session)
            let before = try await store.session(session)
            _ = try await store.deleteSession(session, owner: nil)
            var restored = try await store.restoreSession(session, owner: nil)
            #expect(restored.revision == 4)
            restored.revision = before.revision
            #expect(restored == before)
            #expect(try await store.list(session).messages.map(\.content) == ["a", "b"])
            #expect(try await store.append(.sample("c"), to: session).seq == 3)
        }
    }

    @Test("Doing it again succeeds and changes nothing", arguments: StoreKind.tested)
    func again(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            let fresh = try await store.createSession(NewSession(id: session), owner: nil)
            #expect(try await store.restoreSession(session, owner: nil) == fresh)
            let deleted = try await store.deleteSession(session, owner: nil)
            #expect(try await store.deleteSession(session, owner: nil) == deleted)
            let restored = try await store.restoreSession(session, owner: nil)
            #expect(try await store.restoreSession(session, owner: nil) == restored)
        }
    }

    @Test("What never was can be neither deleted nor restored", arguments: StoreKind.tested)
    func missing(_ kind: StoreKind) async throws {
        try await withStore(kind) { (store) async throws in
            await expectRefusal(.sessionNotFound) { try await store.deleteSession(.random(), owner: nil) }
            await expectRefusal(.sessionNotFound) { try await store.restoreSession(.random(), owner: nil) }
        }
    }
}
