import ChatStore
import GeneratedMessages
import Testing

@Suite("A session's preview is the beginning of its last message", .timeLimit(.minutes(1)))
struct PreviewTests {
    @Test(
        "At most 100 characters, 97 and an ellipsis where it was cut; characters, not bytes",
        arguments: StoreKind.tested)
    func length(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            for letter in ["x", "é", "漢", "🙂"] {
                for count in [1, 99, 100, 101, 5000] {
                    let session = UUID.random()
                    try await store.append(texts: [String(repeating: letter, count: count)], to: session)
                    let expected =
                        count <= 100
                        ? String(repeating: letter, count: count) : String(repeating: letter, count: 97) + "..."
                    let state = try await store.session(session)
                    #expect(state.hasPreview && state.preview == expected, "\(letter) × \(count)")
                }
            }
        }
    }

    @Test("Messages by user and assistant count, the system's do not", arguments: StoreKind.tested)
    func roles(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            _ = try await store.append(.sample("rules", role: .system), to: session)
            #expect(!(try await store.session(session)).hasPreview)
            _ = try await store.append(.sample("question", role: .user), to: session)
            #expect(try await store.session(session).preview == "question")
            _ = try await store.append(.sample("answer", role: .assistant), to: session)
            #expect(try await store.session(session).preview == "answer")
            _ = try await store.append(.sample("more rules", role: .system), to: session)
            #expect(try await store.session(session).preview == "answer")
        }
    }

    @Test("Of a batch it is the last that counts", arguments: StoreKind.tested)
    func batches(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            let known = Append.Item.sample("known", role: .user)
            _ = try await store.append(
                [known, .sample("shown", role: .assistant), .sample("rules", role: .system)], to: session)
            #expect(try await store.session(session).preview == "shown")
            _ = try await store.append([.sample("a"), .sample("rules", role: .system), known], to: session)
            #expect(try await store.session(session).preview == "a")
            _ = try await store.append([known], to: session)
            #expect(try await store.session(session).preview == "a")
        }
    }

    @Test("Many sessions in one commit each show their own", arguments: StoreKind.tested)
    func manyAtOnce(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let sessions = (0..<50).map { _ in UUID.random() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for session in sessions {
                    group.addTask { _ = try await store.append(.sample("hello \(session)"), to: session) }
                }
                try await group.waitForAll()
            }
            for session in sessions {
                #expect(try await store.session(session).preview == "hello \(session)")
            }
        }
    }
}
