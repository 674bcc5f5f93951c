import ChatStore
import GeneratedMessages
import Testing

@Suite("Each owner sees their own sessions and no others", .timeLimit(.minutes(1)))
struct OwnerTests {
    @Test("For another owner every call answers as if the session were not there", arguments: StoreKind.tested)
    func isolation(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (session, id) = (UUID.random(), UUID.random())
            _ = try await store.append(.sample("mine", id: id), to: session, owner: "ada")
            let before = try await store.session(session, owner: "ada")
            #expect(before.userID == "ada")
            for other in ["bob", ""] {
                await expectRefusal(.sessionNotFound) { try await store.session(session, owner: other) }
                await expectRefusal(.sessionNotFound) {
                    try await store.renameSession(session, name: "x", description: nil, owner: other)
                }
                await expectRefusal(.sessionNotFound) { try await store.deleteSession(session, owner: other) }
                await expectRefusal(.sessionNotFound) { try await store.restoreSession(session, owner: other) }
                await expectRefusal(.sessionNotFound) { try await store.resetSession(session, owner: other) }
                await expectRefusal(.sessionNotFound) {
                    try await store.createSession(NewSession(id: session), owner: other)
                }
                await expectRefusal(.messageNotFound) {
                    try await store.message(id, in: session, owner: other)
                }
                let page = try await store.list(session, owner: other)
                #expect(page.messages.isEmpty && page.totalCount == 0 && page.revision == 0)
                let list = try await store.listSessions(SessionQuery(userID: "ada"), owner: other)
                #expect(list.sessions.isEmpty)
            }
            #expect(try await store.session(session, owner: "ada") == before)
        }
    }

    @Test("A deleted session of another owner is not there either", arguments: StoreKind.tested)
    func deleted(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            _ = try await store.createSession(NewSession(id: session), owner: "ada")
            _ = try await store.deleteSession(session, owner: "ada")
            await expectRefusal(.sessionNotFound) {
                try await store.createSession(NewSession(id: session), owner: "bob")
            }
            await expectRefusal(.sessionNotFound) { try await store.restoreSession(session, owner: "bob") }
            let trash = try await store.listSessions(SessionQuery(deleted: true), owner: "bob")
            #expect(trash.sessions.isEmpty)
        }
    }

    @Test("An owner reaches their own, and nil reaches all", arguments: StoreKind.tested)
    func own(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (ada, bob) = (UUID.random(), UUID.random())
            _ = try await store.append(.sample("a", user: "someone"), to: ada, owner: "ada")
            _ = try await store.createSession(NewSession(id: bob, userID: "someone"), owner: "bob")
            #expect(try await store.session(ada, owner: "ada").userID == "ada")
            #expect(try await store.session(bob, owner: "bob").userID == "bob")
            #expect(try await store.list(ada, owner: "ada").messages.count == 1)
            #expect(try await store.list(ada).messages.count == 1)
            let mine = try await store.listSessions(SessionQuery(), owner: "ada")
            #expect(mine.sessions.map(\.id) == [ada.description])
            #expect(try await store.listSessions(SessionQuery(), owner: nil).sessions.count == 2)
        }
    }

    @Test("Nobody's session is not an owner's", arguments: StoreKind.tested)
    func nobodys(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            _ = try await store.append(.sample("a"), to: session)
            await expectRefusal(.sessionNotFound) { try await store.session(session, owner: "ada") }
            await expectRefusal(.sessionNotFound) {
                try await store.append(.sample("b"), to: session, owner: "ada")
            }
        }
    }
}
