import GeneratedTestMessages
import NIOHTTP1
import ProtobufRuntime
import RESTGateway
import RPCCore
import RPCTransport
import Testing

/// Errors as RFC 9457 writes them, and what goes beside every answer.
@Suite struct ProblemTests {
    private struct Secret: Error {}

    private func answer(_ error: any Error & Sendable, statusByReason: [String: Int] = [:]) async -> Answer {
        let gateway = EchoGateway(configure: { $0.statusByReason = statusByReason }, handler: { _, _ in throw error })
        return await gateway.respond("GET", "/test/echo/a", "", ["x-request-id": "req-1"])
    }

    @Test func allThatAnErrorSaysIsThere() async {
        let error = RPCError(
            .invalidArgument, "a \"quoted\" text", reason: "WRONG", reasonMetadata: ["b": "2", "a": "1"],
            fieldViolations: [.init(field: "messages[3].role", description: "unknown")],
            retryDelay: .milliseconds(1_500))
        let answer = await answer(error)
        #expect(answer.status == 400)
        #expect(answer.header("content-type") == "application/problem+json")
        #expect(answer.header("retry-after") == "2")
        #expect(
            answer.text
                == #"{"type":"about:blank","title":"Bad Request","status":400,"detail":"a \"quoted\" text","code":"INVALID_ARGUMENT","#
                + #""reason":"WRONG","request_id":"req-1","errors":[{"field":"messages[3].role","description":"unknown"}],"metadata":{"a":"1","b":"2"}}"#
        )
    }

    @Test(arguments: [
        (StatusCode.invalidArgument, 400, "Bad Request"), (.unauthenticated, 401, "Unauthorized"),
        (.permissionDenied, 403, "Forbidden"),
        (.notFound, 404, "Not Found"), (.alreadyExists, 409, "Conflict"), (.failedPrecondition, 400, "Bad Request"),
        (.outOfRange, 400, "Bad Request"),
        (.resourceExhausted, 429, "Too Many Requests"), (.unimplemented, 501, "Not Implemented"),
        (.unavailable, 503, "Service Unavailable"),
        (.deadlineExceeded, 504, "Gateway Timeout"), (.internalError, 500, "Internal Server Error"),
        (.cancelled, 499, "Client Closed Request"),
    ])
    func theStatusIsThatOfTheCode(code: StatusCode, status: Int, title: String) async {
        let answer = await answer(RPCError(code, "text"))
        #expect(answer.status == status)
        #expect(answer.member("title") == title)
        #expect(answer.member("code") == code.name)
        #expect(answer.member("reason") == code.name)
    }

    @Test func aReasonCanHaveAStatusOfItsOwn() async {
        let error = RPCError(.failedPrecondition, "text", reason: "SESSION_DELETED")
        #expect(await answer(error, statusByReason: ["SESSION_DELETED": 409]).status == 409)
        #expect(await answer(error, statusByReason: ["OTHER": 409]).status == 400)
    }

    @Test func whatWentWrongInsideStaysInside() async {
        let answer = await answer(Secret())
        #expect(answer.status == 500)
        #expect(answer.member("code") == "INTERNAL")
        #expect(!answer.text.contains("Secret"))
        let withCause = await self.answer(RPCError(.unavailable, "try again", retryDelay: .zero, cause: Secret()))
        #expect(!withCause.text.contains("Secret"))
        #expect(withCause.header("retry-after") == "1")
    }

    @Test func theLogSaysWhatWentWrongInside() async {
        let log = RecordedLog()
        let gateway = EchoGateway(log: log, handler: { _, _ in throw Secret() })
        _ = await gateway.respond("GET", "/test/echo/a", "", ["x-request-id": "req-7"])
        #expect(log.text.contains("error") && log.text.contains("Secret") && log.text.contains("req-7"))
    }

    @Test func aCancelledCallIsA499() async {
        #expect(await answer(CancellationError()).status == 499)
    }

    @Test(arguments: [
        ("GET", "/nothing", 404, "NOT_FOUND", "ROUTE_NOT_FOUND"),
        ("DELETE", "/test/echo/a", 405, "UNIMPLEMENTED", "METHOD_NOT_ALLOWED"),
        ("GET", "/%", 400, "INVALID_ARGUMENT", "INVALID_PATH"),
        ("GET", "/test/echo/a?%", 400, "INVALID_ARGUMENT", "INVALID_QUERY"),
    ])
    func whatNoHandlerSeesIsAProblemToo(method: String, target: String, status: Int, code: String, reason: String) async
    {
        let answer = await EchoGateway().respond(method, target)
        #expect(answer.status == status)
        #expect(answer.header("content-type") == "application/problem+json")
        #expect(answer.member("code") == code)
        #expect(answer.member("reason") == reason)
        #expect(answer.member("request_id") == answer.header("x-request-id"))
        #expect(answer.member("request_id")?.utf8.count == 32)
    }

    @Test(arguments: [
        ("abc-DEF_1.2:3", true), ("", false), ("a b", false), ("a\"b", false), ("é", false),
        (String(repeating: "a", count: 129), false),
    ])
    func aSaneRequestIdIsKept(id: String, isKept: Bool) async {
        let answer = await EchoGateway().respond("GET", "/test/echo/a", "", ["X-Request-Id": id])
        #expect((answer.header("x-request-id") == id) == isKept)
        #expect(answer.response.headers["x-request-id"].count == 1)
    }

    @Test func mintedRequestIdsDiffer() async {
        let one = await EchoGateway().respond("GET", "/test/echo/a").header("x-request-id")
        let other = await EchoGateway().respond("GET", "/test/echo/a").header("x-request-id")
        #expect(one != other)
    }

    @Test func theHandlerSeesHowItWasCalledAndCanAddHeaders() async {
        let gateway = EchoGateway(handler: { _, context in
            context.response.addInitial("x-extra", "1")
            return EchoResponse.with { response in
                response.name = context.path
                response.tags = [
                    "\(context.surface)", context.peer, context.metadata["authorization"] ?? "-",
                    context.metadata["user-agent"] ?? "-",
                    context.metadata["x-request-id"] ?? "-", context.metadata["cookie"] ?? "-",
                ]
            }
        })
        let answer = await gateway.respond(
            "GET", "/test/echo/a", "",
            ["Authorization": "Bearer x", "User-Agent": "test", "X-Request-Id": "req-1", "Cookie": "no"])
        #expect(answer.member("name") == "/chatrpc.test.EchoService/Echo")
        #expect(answer.member("tags") == #"["rest","127.0.0.1","Bearer x","test","req-1","-"]"#)
        #expect(answer.header("x-extra") == "1")
    }

    @Test func cancellingTheTaskCancelsTheHandler() async {
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let gateway = EchoGateway(handler: { _, _ in
            signal.yield()
            try await Task.sleep(for: .seconds(3_600))
            return EchoResponse()
        })
        let task = Task { await gateway.respond("GET", "/test/echo/a").status }
        for await _ in started { break }
        task.cancel()
        #expect(await task.value == 499)
    }
}
