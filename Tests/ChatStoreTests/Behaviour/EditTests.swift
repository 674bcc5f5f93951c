import ChatStore
import GeneratedMessages
import ProtobufRuntime
import Testing

@Suite("Messages are edited and deleted", .timeLimit(.minutes(1)))
struct EditTests {
    @Test("An edit changes text and metadata, and leaves the rest", arguments: StoreKind.tested)
    func edits(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (session, id) = (UUID.random(), UUID.random())
            let item = Append.Item.sample("teh text", id: id, agent: "a", user: "u", metadata: #"{"a": 1}"#)
            _ = try await store.append([item, .sample("after", role: .assistant)], to: session)
            let before = try await store.message(id, in: session, owner: nil)
            let edited = try await store.edit(id, in: session, content: "the text")
            #expect(edited == (try await store.message(id, in: session, owner: nil)))
            #expect(edited.content == "the text" && edited.revision == 3 && edited.hasEditedAt)
            #expect(edited.seq == before.seq && edited.timestamp == before.timestamp)
            #expect(edited.metadata == before.metadata && edited.agentName == "a" && edited.userID == "u")
            #expect(try await store.session(session).revision == 3)

            _ = try await store.edit(id, in: session, metadata: #"{"b": [2]}"#)
            let again = try await store.message(id, in: session, owner: nil)
            #expect(try JSONTree(again.metadata) == JSONTree(#"{"b": [2]}"#) && again.content == "the text")
            #expect(!(try await store.edit(id, in: session, metadata: "")).hasMetadata)
            #expect(!(try await store.message(id, in: session, owner: nil)).hasMetadata)
            // The same create request is still the same message, whatever became of it.
            let retried = try await store.append(item, to: session)
            #expect(retried.duplicate && retried.seq == 1)
        }
    }

    @Test("An edit that changes nothing is none", arguments: StoreKind.tested)
    func sameText(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (session, id) = (UUID.random(), UUID.random())
            _ = try await store.append(.sample("a", id: id), to: session)
            let same = try await store.edit(id, in: session, content: "a")
            #expect(same == (try await store.message(id, in: session, owner: nil)))
            #expect(!same.hasEditedAt && same.revision == 1)
            #expect(try await store.session(session).revision == 1)
        }
    }

    @Test("A deleted message is gone, and keeps its seq and its id", arguments: StoreKind.tested)
    func deletes(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            let items = (1...5).map { Append.Item.sample("m\($0)") }
            _ = try await store.append(items, to: session)
            let gone = try await store.delete(items[2].messageID, in: session)
            #expect(gone.seq == 3 && gone.revision == 6 && gone.hasDeletedAt)
            await expectRefusal(.messageNotFound) {
                try await store.message(items[2].messageID, in: session, owner: nil)
            }
            let page = try await store.list(session)
            #expect(page.messages.map(\.seq) == [1, 2, 4, 5] && page.totalCount == 4)
            #expect(try await store.list(session, limit: 2, offset: 2).messages.map(\.seq) == [4, 5])
            #expect(try await store.session(session).messageCount == 4)
            // Again is a success that changes nothing.
            let again = try await store.delete(items[2].messageID, in: session)
            #expect(again.revision == 6 && again.deletedAt == gone.deletedAt)
            await expectRefusal(.messageNotFound) {
                try await store.edit(items[2].messageID, in: session, content: "x")
            }
            let retried = try await store.append(items[2], to: session)
            #expect(retried.duplicate && retried.seq == 3)
            #expect(try await store.append(.sample("m6"), to: session).seq == 6)
        }
    }

    @Test("The preview is of the newest message that is left, as it is now", arguments: StoreKind.tested)
    func previews(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            let items = [
                Append.Item.sample("first"), .sample("second", role: .assistant), .sample("third"),
                .sample("rules", role: .system),
            ]
            _ = try await store.append(items, to: session)
            _ = try await store.edit(items[2].messageID, in: session, content: String(repeating: "é", count: 120))
            #expect(try await store.session(session).preview == String(repeating: "é", count: 97) + "...")
            _ = try await store.delete(items[3].messageID, in: session)
            _ = try await store.delete(items[2].messageID, in: session)
            #expect(try await store.session(session).preview == "second")
            _ = try await store.edit(items[0].messageID, in: session, content: "the first")
            #expect(try await store.session(session).preview == "second")
            _ = try await store.delete(items[1].messageID, in: session)
            #expect(try await store.session(session).preview == "the first")
            _ = try await store.delete(items[0].messageID, in: session)
            #expect(!(try await store.session(session)).hasPreview)
        }
    }

    @Test("Who has seen another revision is refused", arguments: StoreKind.tested)
    func expectedRevision(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (session, id) = (UUID.random(), UUID.random())
            _ = try await store.append(.sample("a", id: id), to: session)
            _ = try await store.edit(id, in: session, content: "b", expecting: 1)
            let refusal = await expectRefusal(.revisionMismatch) {
                try await store.edit(id, in: session, content: "c", expecting: 1)
            }
            #expect(refusal?.currentRevision == 2)
            await expectRefusal(.revisionMismatch) { try await store.delete(id, in: session, expecting: 1) }
            #expect(try await store.message(id, in: session, owner: nil).content == "b")
            _ = try await store.delete(id, in: session, expecting: 2)
        }
    }

    @Test("What is not there, is another's, is deleted or was reset can't be changed", arguments: StoreKind.tested)
    func refusals(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (session, id) = (UUID.random(), UUID.random())
            await expectRefusal(.messageNotFound) { try await store.edit(id, in: session, content: "x") }
            _ = try await store.append([.sample("a", id: id)], to: session, owner: "ann")
            await expectRefusal(.messageNotFound) { try await store.delete(.random(), in: session) }
            await expectRefusal(.messageNotFound) { try await store.delete(id, in: session, owner: "bob") }
            _ = try await store.deleteSession(session, owner: nil)
            await expectRefusal(.sessionDeleted) { try await store.edit(id, in: session, content: "x") }
            _ = try await store.restoreSession(session, owner: nil)
            _ = try await store.resetSession(session, owner: nil)
            await expectRefusal(.messageNotFound) { try await store.edit(id, in: session, content: "x") }
        }
    }

    @Test(
        "Edits at once: each has a revision of its own, and of those that expected one only one went",
        arguments: StoreKind.tested)
    func concurrent(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (session, id) = (UUID.random(), UUID.random())
            _ = try await store.append(.sample("a", id: id), to: session)
            let winners = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        (try? await store.edit(id, in: session, content: "\(number)", expecting: 1)) != nil
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(winners == 1)
            let revisions = try await withThrowingTaskGroup(of: Int64.self) { group in
                for number in 0..<20 {
                    group.addTask { try await store.edit(id, in: session, content: "again \(number)").revision }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(revisions.sorted() == Array(3...22))
        }
    }
}
