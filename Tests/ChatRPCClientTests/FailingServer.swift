import ChatRPCClient
import GeneratedMessages
import Logging
import NIOCore
import NIOPosix
import ProtobufRuntime
import RPCCore
import RPCTransport
import Synchronization
import Testing

/// A real server whose handlers fail as often as a test wants, then remember what they are sent: the part of a chat server
/// that retries can be seen in.
final class FailingServer: Sendable {
    private struct State {
        var failures: [RPCError]
        var requests: [CreateMessageRequest] = []
        var batches: [BatchCreateMessagesRequest] = []
        var sessionIDs: [String] = []
        var deadlines: [Bool] = []
    }

    private let state: Mutex<State>

    private init(failures: [RPCError]) {
        state = Mutex(State(failures: failures))
    }

    var requests: [CreateMessageRequest] { state.withLock { $0.requests } }
    var batches: [BatchCreateMessagesRequest] { state.withLock { $0.batches } }
    var sessionIDs: [String] { state.withLock { $0.sessionIDs } }
    /// Of each call, whether it said how long it may take.
    var deadlines: [Bool] { state.withLock { $0.deadlines } }

    /// Runs `body` with a client of such a server.
    static func run(
        failures: [RPCError], configuration: ChatClientConfiguration = .quick,
        _ body: (FailingServer, ChatClient) async throws -> Void
    ) async throws {
        let failing = FailingServer(failures: failures)
        var router = RPCRouter()
        failing.fill(&router)
        let server = RPCServer(
            router: router, responder: NothingElse(), group: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let port = try #require(try await server.start(host: "127.0.0.1", port: 0).port)
        let client = try ChatClient("127.0.0.1:\(port)", configuration: configuration)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(failing, client))
        } catch {
            result = .failure(error)
        }
        await client.close()
        await server.shutdown(grace: .zero)
        try result.get()
    }

    private func fill(_ router: inout RPCRouter) {
        router.unary(MessageService.Methods.createMessage) { request, context in
            try self.answer(context) { $0.requests.append(request) }
            return .with {
                $0.messageID = request.messageID
                $0.seq = 1
            }
        }
        router.unary(MessageService.Methods.batchCreateMessages) { request, context in
            try self.answer(context) { $0.batches.append(request) }
            return BatchCreateMessagesResponse()
        }
        router.unary(SessionService.Methods.createSession) { request, context in
            try self.answer(context) { $0.sessionIDs.append(request.sessionID) }
            return .with { $0.id = request.sessionID }
        }
        router.unary(MessageService.Methods.listMessages) { request, context in
            try self.answer(context) { _ in }
            // Ten messages in pages of three.
            let first = request.afterSeq + 1
            return .with { page in
                for seq in first..<min(first + 3, 11) { page.messages.append(.with { $0.seq = seq }) }
                page.hasMore = first + 3 < 11
                if page.hasMore { page.nextAfterSeq = first + 2 }
            }
        }
    }

    /// The handler ran and did its work; whether the caller hears of it is another matter.
    private func answer(_ context: ServerContext, _ work: (inout State) -> Void) throws {
        let failure = state.withLock { state -> RPCError? in
            work(&state)
            state.deadlines.append(context.deadline != nil)
            return state.failures.isEmpty ? nil : state.failures.removeFirst()
        }
        if let failure { throw failure }
    }
}

private struct NothingElse: HTTPResponder {
    func respond(to request: HTTPRequest) async -> HTTPResponse {
        HTTPResponse(status: 404)
    }
}

extension ChatClientConfiguration {
    /// Retries without long waits.
    static var quick: ChatClientConfiguration {
        var configuration = ChatClientConfiguration()
        configuration.timeout = .seconds(60)
        configuration.retries.initialBackoff = .milliseconds(1)
        return configuration
    }
}
