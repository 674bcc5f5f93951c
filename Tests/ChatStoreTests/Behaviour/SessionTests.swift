import ChatStore
import GeneratedMessages
import GeneratedRPC
import Testing

@Suite("Making and renaming sessions", .timeLimit(.minutes(1)))
struct SessionTests {
    @Test("A created session has what it was given", arguments: StoreKind.tested)
    func create(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = UUID.random()
            let session = try await store.createSession(
                NewSession(id: id, name: "Plans", description: "for May", agentName: "planner", userID: "ada"),
                owner: nil)
            #expect(session.id == id.description)
            #expect(session.name == "Plans" && session.description == "for May")
            #expect(session.agentName == "planner" && session.userID == "ada")
            #expect(session.isActive && session.hasCreatedAt && !session.hasLastMessageAt && !session.hasPreview)
            #expect(session.messageCount == 0 && session.lastSeq == 0)
            #expect(session.revision == 0 && session.resetEpoch == 0)
            #expect(try await store.session(id) == session)
        }
    }

    @Test(
        "A session that a message makes has the default name and its first writer's user",
        arguments: StoreKind.tested)
    func madeByMessage(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = UUID.random()
            _ = try await store.append([.sample("a", user: "ada"), .sample("b", user: "bob")], to: id)
            let session = try await store.session(id)
            #expect(session.name == NewSession.defaultName(of: id))
            #expect(session.name == "Session " + id.description.prefix(8))
            #expect(session.hasUserID && session.userID == "ada")
            #expect(session.hasCreatedAt && session.isActive)
            #expect(!session.hasDescription && !session.hasAgentName)
            let nobodys = UUID.random()
            _ = try await store.append(.sample("a"), to: nobodys)
            #expect(!(try await store.session(nobodys)).hasUserID)
        }
    }

    @Test("Creating a session that is there returns it as it is", arguments: StoreKind.tested)
    func createAgain(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = UUID.random()
            _ = try await store.createSession(NewSession(id: id, name: "first"), owner: nil)
            try await store.append(texts: ["a"], to: id)
            let state = try await store.session(id)
            let again = try await store.createSession(NewSession(id: id, name: "second"), owner: nil)
            #expect(again == state)
            #expect(again.name == "first")
        }
    }

    @Test("Fifty creations at once make one session", arguments: StoreKind.tested)
    func createAtOnce(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = UUID.random()
            let made = try await withThrowingTaskGroup(of: Session.self) { group in
                for number in 0..<50 {
                    group.addTask { try await store.createSession(NewSession(id: id, name: "\(number)"), owner: nil) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(made.count == 50 && Set(made).count == 1)
        }
    }

    @Test("A rename changes what it names, and an empty description removes it", arguments: StoreKind.tested)
    func rename(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = UUID.random()
            _ = try await store.createSession(NewSession(id: id, name: "old", description: "d"), owner: nil)
            let named = try await store.renameSession(id, name: "new", description: nil, owner: nil)
            #expect(named.name == "new" && named.description == "d")
            let described = try await store.renameSession(id, name: nil, description: "e", owner: nil)
            #expect(described.name == "new" && described.description == "e")
            let bare = try await store.renameSession(id, name: "newer", description: "", owner: nil)
            #expect(bare.name == "newer" && !bare.hasDescription)
            #expect(bare.revision == 3)
            #expect(try await store.session(id) == bare)
            #expect(try await store.renameSession(id, name: nil, description: "", owner: nil) == bare)
        }
    }

    @Test("What is not there is not found", arguments: StoreKind.tested)
    func missing(_ kind: StoreKind) async throws {
        try await withStore(kind) { (store) async throws in
            await expectRefusal(.sessionNotFound) { try await store.session(.random()) }
            await expectRefusal(.sessionNotFound) {
                try await store.renameSession(.random(), name: "n", description: nil, owner: nil)
            }
        }
    }
}
