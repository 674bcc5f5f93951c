import ChatRPCClient
import GeneratedMessages
import RPCCore
import Testing

@Suite("Retries against a server that fails")
struct RetryTests {
    private let session = "018f0000-0000-7000-8000-000000000001"

    private func failure(_ call: () async throws(ChatError) -> some Sendable) async -> ChatError? {
        do throws(ChatError) {
            _ = try await call()
            return nil
        } catch {
            return error
        }
    }

    @Test("an append is sent with the same id until it succeeds")
    func append() async throws {
        let failures = [
            RPCError(.unavailable, "try again"), RPCError(.deadlineExceeded, "slow"),
            RPCError(.resourceExhausted, "busy", retryDelay: .milliseconds(1)), RPCError(.unavailable, "again"),
        ]
        try await FailingServer.run(failures: failures) { server, client in
            let response = try await client.messages.append("hello", as: .user, to: session)
            #expect(server.requests.count == 5)
            #expect(Set(server.requests).count == 1)
            #expect(server.requests.first?.content == "hello")
            #expect(response.messageID == server.requests.first?.messageID)
            #expect(response.messageID.utf8.count == 36)
            #expect(server.deadlines.allSatisfy { $0 })
        }
    }

    @Test("an id that the caller gives is kept")
    func givenID() async throws {
        let id = "018f0000-0000-7000-8000-00000000000a"
        try await FailingServer.run(failures: [RPCError(.unavailable, "")]) { server, client in
            _ = try await client.messages.append("hello", as: .assistant, to: session, id: id)
            #expect(server.requests.map(\.messageID) == [id, id])
        }
    }

    @Test("each message of a batch has its id before the first attempt")
    func batch() async throws {
        try await FailingServer.run(failures: [RPCError(.unavailable, ""), RPCError(.unavailable, "")]) {
            server, client in
            _ = try await client.messages.appendBatch(
                (0..<10).map { number in
                    NewMessage.with {
                        $0.role = .user
                        $0.content = "\(number)"
                        if number == 3 { $0.messageID = "018f0000-0000-7000-8000-00000000000a" }
                    }
                }, to: session)
            #expect(server.batches.count == 3)
            #expect(Set(server.batches).count == 1)
            let ids = server.batches[0].messages.map(\.messageID)
            #expect(Set(ids).count == 10)
            #expect(ids[3] == "018f0000-0000-7000-8000-00000000000a")
        }
    }

    @Test("a session is made under one id")
    func createSession() async throws {
        try await FailingServer.run(failures: [RPCError(.unavailable, "")]) { server, client in
            let session = try await client.sessions.create(name: "One")
            #expect(server.sessionIDs == [session.id, session.id])
        }
    }

    @Test("after five attempts the last error comes out")
    func givesUp() async throws {
        let failures = (1...9).map { RPCError(.unavailable, "failure \($0)") }
        try await FailingServer.run(failures: failures) { server, client in
            let error = await failure { () async throws(ChatError) in
                try await client.messages.append("hello", as: .user, to: session)
            }
            #expect(error?.code == .unavailable)
            #expect(error?.message == "failure 5")
            #expect(error?.attempts == 5)
            #expect(error?.isWorthRetrying == true)
            #expect(server.requests.count == 5)
        }
    }

    @Test(
        "an error that no retry mends comes out at once, under its name",
        arguments: [
            (RPCError(.notFound, "", reason: "SESSION_NOT_FOUND"), ChatError.Code.sessionNotFound),
            (RPCError(.notFound, "", reason: "MESSAGE_NOT_FOUND"), .messageNotFound),
            (RPCError(.alreadyExists, "", reason: "MESSAGE_ID_CONFLICT"), .messageIDConflict),
            (RPCError(.failedPrecondition, "", reason: "SESSION_DELETED"), .sessionDeleted),
            (RPCError(.failedPrecondition, "", reason: "EPOCH_STALE"), .epochStale),
            (RPCError(.invalidArgument, "", reason: "CONTENT_TOO_LARGE"), .tooLarge),
            (.invalidField("content", "is missing"), .invalidArgument), (RPCError(.internalError, ""), .other),
            (RPCError(.permissionDenied, ""), .permissionDenied), (RPCError(.resourceExhausted, ""), .overloaded),
        ])
    func permanent(error: RPCError, code: ChatError.Code) async throws {
        try await FailingServer.run(failures: [error]) { server, client in
            let seen = await failure { () async throws(ChatError) in
                try await client.messages.append("hello", as: .user, to: session)
            }
            #expect(seen?.code == code)
            #expect(seen?.fieldViolations == error.fieldViolations)
            #expect(seen?.attempts == 1)
            #expect(server.requests.count == 1)
        }
    }

    @Test("a wait that the call has no time for ends it at once")
    func noTime() async throws {
        let failure = RPCError(.unavailable, "away", retryDelay: .seconds(3_600))
        try await FailingServer.run(failures: [failure]) { server, client in
            let error = await self.failure { () async throws(ChatError) in
                try await client.messages.append("hello", as: .user, to: session, timeout: .seconds(30))
            }
            #expect(error?.retryDelay == .seconds(3_600))
            #expect(server.requests.count == 1)
        }
    }

    @Test("all pages are read, and a page that fails is read again")
    func pages() async throws {
        try await FailingServer.run(failures: [RPCError(.unavailable, "")]) { _, client in
            var seqs: [Int64] = []
            for try await message in client.messages.all(in: session, pageSize: 3) { seqs.append(message.seq) }
            #expect(seqs == Array(1...10))
            seqs = []
            for try await message in client.messages.all(in: session, afterSeq: 6) { seqs.append(message.seq) }
            #expect(seqs == [7, 8, 9, 10])
        }
    }

    @Test("an endpoint that can't be is an error before anything is sent")
    func badEndpoint() async {
        #expect(throws: ChatError.self) { try ChatClient("nowhere") }
        #expect(throws: ChatError.self) { try ChatClient("ftp://chat.example") }
    }

    @Test("a client that was closed makes no calls")
    func closed() async throws {
        try await FailingServer.run(failures: []) { server, client in
            await client.close()
            let error = await failure { () async throws(ChatError) in
                try await client.messages.append("hello", as: .user, to: session)
            }
            #expect(error?.code == .cancelled)
            #expect(server.requests.isEmpty)
        }
    }
}
