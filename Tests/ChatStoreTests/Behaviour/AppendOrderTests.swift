import ChatStore
import GeneratedMessages
import GeneratedRPC
import Testing

@Suite("Appends are numbered densely, in commit order", .timeLimit(.minutes(1)))
struct AppendOrderTests {
    @Test("The first messages of a new session get 1, 2, 3", arguments: StoreKind.tested)
    func numbering(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            let results = try await store.append(texts: ["a", "b", "c"], to: session)
            #expect(results.map(\.seq) == [1, 2, 3])
            #expect(results.map(\.revision) == [1, 2, 3])
            #expect(results.allSatisfy { !$0.duplicate && $0.timestamp == sampleTime })
            let page = try await store.list(session)
            #expect(page.messages.map(\.content) == ["a", "b", "c"])
            #expect(page.messages.map(\.seq) == [1, 2, 3])
        }
    }

    @Test("Each session has numbers of its own", arguments: StoreKind.tested)
    func sessionsApart(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (one, other) = (UUID.random(), UUID.random())
            try await store.append(texts: ["a", "b"], to: one)
            let result = try await store.append(.sample(), to: other)
            #expect(result.seq == 1)
            #expect(try await store.list(one).totalCount == 2)
            #expect(try await store.list(other).totalCount == 1)
        }
    }

    @Test("The same message id in two sessions is two messages", arguments: StoreKind.tested)
    func idIsUniqueWithinItsSession(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = UUID.random()
            for session in [UUID.random(), UUID.random()] {
                let result = try await store.append(.sample("in \(session)", id: id), to: session)
                #expect(!result.duplicate)
                #expect(try await store.message(id, in: session, owner: nil).content == "in \(session)")
            }
        }
    }

    @Test("All that was appended comes back as it was", arguments: StoreKind.tested)
    func everyField(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (session, id) = (UUID.random(), UUID.random())
            let result = try await store.append(
                .sample(
                    "the text", id: id, role: .assistant, agent: "planner", user: "ada",
                    metadata: #"{"a":1}"#), to: session)
            let read = try await store.message(id, in: session, owner: nil)
            let listed = try #require(try await store.list(session).messages.first)
            for message in [read, listed] {
                #expect(message.messageID == id.description)
                #expect(message.sessionID == session.description)
                #expect(message.seq == result.seq)
                #expect(message.revision == result.revision)
                #expect(message.resetEpoch == 0)
                #expect(message.role == .assistant)
                #expect(message.content == "the text")
                #expect(message.hasAgentName && message.agentName == "planner")
                #expect(message.hasUserID && message.userID == "ada")
                #expect(message.timestamp.sampleMicroseconds == sampleTime)
                #expect(message.hasMetadata)
                #expect(message.state == .complete)
                #expect(!message.hasEditedAt && !message.hasDeletedAt)
            }
        }
    }

    @Test("What was absent stays absent", arguments: StoreKind.tested)
    func absentFields(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (session, id) = (UUID.random(), UUID.random())
            _ = try await store.append(.sample(id: id, role: .system), to: session)
            let message = try await store.message(id, in: session, owner: nil)
            #expect(!message.hasAgentName && !message.hasUserID && !message.hasMetadata)
            #expect(message.role == .system)
        }
    }

    @Test("A client's sequence of appends is stored in its order", arguments: StoreKind.tested)
    func oneAfterTheOther(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            let texts = (0..<100).map { "message \($0)" }
            try await store.append(texts: texts, to: session)
            #expect(try await store.list(session).messages.map(\.content) == texts)
        }
    }
}
