import ChatRPCClient
import GeneratedMessages
import Testing

@Suite("The client and a whole server")
struct ChatEndToEndTests {
    private func failure(_ call: () async throws(ChatError) -> some Sendable) async -> ChatError.Code? {
        do throws(ChatError) {
            _ = try await call()
            return nil
        } catch {
            return error.code
        }
    }

    @Test("a session's life: made, found, renamed, deleted, restored, reset")
    func sessions() async throws {
        try await withChatServer { url in
            try await withChatClient(url) { client in
                let made = try await client.sessions.create(name: "Plans", userID: "anna")
                #expect(try await client.sessions.create(id: made.id, name: "Other").name == "Plans")
                #expect(try await client.sessions.get(made.id) == made)
                let renamed = try await client.sessions.rename(made.id, name: "Travel", description: "May")
                #expect(renamed.name == "Travel" && renamed.description == "May")
                let other = try await client.sessions.create(userID: "ben")
                #expect(try await client.sessions.list(userID: "anna").sessions.map(\.id) == [made.id])
                #expect(try await client.sessions.list().sessions.count == 2)

                #expect(try await !client.sessions.delete(made.id).isActive)
                #expect(try await client.sessions.list().sessions.map(\.id) == [other.id])
                #expect(try await client.sessions.list(deleted: true).sessions.map(\.id) == [made.id])
                let refused = await failure { () async throws(ChatError) in
                    try await client.messages.append("hello", as: .user, to: made.id)
                }
                #expect(refused == .sessionDeleted)
                #expect(try await client.sessions.restore(made.id).isActive)

                try await client.messages.append("hello", as: .user, to: made.id)
                #expect(try await client.sessions.reset(made.id).resetEpoch == 1)
                #expect(try await client.messages.list(in: made.id).messages.isEmpty)
                let stale = await failure { () async throws(ChatError) in
                    try await client.messages.append("late", as: .user, to: made.id, resetEpoch: 0)
                }
                #expect(stale == .epochStale)
            }
        }
    }

    @Test("messages are edited and deleted, and who follows the changes sees it")
    func changes() async throws {
        try await withChatServer { url in
            try await withChatClient(url) { client in
                let session = try await client.sessions.create(name: "Plans").id
                let first = try await client.messages.append("teh text", as: .user, to: session).messageID
                let second = try await client.messages.append("to go", as: .user, to: session).messageID
                let seen = try await client.messages.changes(in: session, limit: 2)
                #expect(seen.changes.count == 2 && seen.hasMore)
                let rest = try await client.messages.changes(in: session, since: seen.nextCursor)
                #expect(rest.changes.count == 1 && !rest.hasMore)

                let edited = try await client.messages.edit(first, in: session, content: "the text")
                #expect(edited.content == "the text" && edited.revision == 3)
                let refused = await failure { () async throws(ChatError) in
                    try await client.messages.edit(first, in: session, content: "x", expectedRevision: 1)
                }
                #expect(refused == .revisionMismatch)
                #expect(try await client.messages.delete(second, in: session).revision == 4)
                let missing = await failure { () async throws(ChatError) in
                    try await client.messages.edit(second, in: session, content: "x")
                }
                #expect(missing == .messageNotFound)
                let news = try await client.messages.changes(in: session, since: rest.nextCursor)
                #expect(news.changes.map(\.message.messageID) == [first, second])
                #expect(news.changes.map(\.message.hasDeletedAt) == [false, true])
                let bad = await failure { () async throws(ChatError) in
                    try await client.messages.changes(in: session, since: "nonsense")
                }
                #expect(bad == .invalidArgument)
            }
        }
    }

    @Test("messages: appended once, in order, found again")
    func messages() async throws {
        try await withChatServer { url in
            try await withChatClient(url) { client in
                let session = try await client.sessions.create().id
                let first = try await client.messages.append(
                    "Hello, \u{1F30D}", as: .user, to: session, agentName: "web", metadata: #"{"a": 1.50}"#)
                #expect(first.seq == 1 && !first.duplicate)
                let again = try await client.messages.append(
                    "Hello, \u{1F30D}", as: .user, to: session, id: first.messageID, agentName: "web",
                    metadata: #"{"a": 1.50}"#)
                #expect(again.seq == 1 && again.duplicate)
                let conflict = await failure { () async throws(ChatError) in
                    try await client.messages.append("Other", as: .user, to: session, id: first.messageID)
                }
                #expect(conflict == .messageIDConflict)

                let batch = try await client.messages.appendBatch(
                    (2...501).map { number in
                        NewMessage.with {
                            $0.role = .assistant
                            $0.content = "\(number)"
                        }
                    }, to: session)
                #expect(batch.results.map(\.seq) == Array(2...501))

                let message = try await client.messages.get(first.messageID, in: session)
                #expect(message.content == "Hello, \u{1F30D}" && message.role == .user)
                let newest = try await client.messages.list(in: session, limit: 2, newestFirst: true)
                #expect(newest.messages.map(\.seq) == [501, 500] && newest.totalCount == 501)
                var seqs: [Int64] = []
                for try await message in client.messages.all(in: session, pageSize: 70) { seqs.append(message.seq) }
                #expect(seqs == Array(1...501))
            }
        }
    }

    @Test("200 tasks append at once: dense seqs, nothing twice")
    func concurrentAppends() async throws {
        try await withChatServer { url in
            try await withChatClient(url) { client in
                let session = try await client.sessions.create().id
                let seqs = try await withThrowingTaskGroup(of: Int64.self) { group in
                    for number in 0..<200 {
                        group.addTask {
                            try await client.messages.append("\(number)", as: .user, to: session).seq
                        }
                    }
                    return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
                }
                #expect(seqs == Set(1...200))
            }
        }
    }

    @Test("mistakes have names")
    func mistakes() async throws {
        try await withChatServer { url in
            try await withChatClient(url) { client in
                let unknown = "018f0000-0000-7000-8000-000000000001"
                #expect(
                    await failure { () async throws(ChatError) in try await client.sessions.get(unknown) }
                        == .sessionNotFound)
                #expect(
                    await failure { () async throws(ChatError) in try await client.sessions.get("x") }
                        == .invalidArgument)
                #expect(
                    await failure { () async throws(ChatError) in
                        try await client.messages.append("", as: .user, to: unknown)
                    } == .invalidArgument)
                #expect(
                    await failure { () async throws(ChatError) in
                        try await client.messages.append(
                            String(repeating: "x", count: 2 * 1_024 * 1_024), as: .user, to: unknown)
                    } == .tooLarge)
            }
        }
    }
}
