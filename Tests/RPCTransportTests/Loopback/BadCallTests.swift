import GeneratedRPC
import ProtobufRuntime
import RPCCore
import Testing

@testable import RPCTransport

@Suite struct BadCallTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var path = TestService.echo.path
        var body: [UInt8] = RawClient.frame(ProtoAny())
        var headers: KeyValuePairs<String, String> = [:]
        var status: String?
        var httpStatus = "200"
    }

    static let cases = [
        Case(testDescription: "unknown method", path: "/test.Service/Nope", status: "12"),
        Case(testDescription: "unknown service", path: "/nope.Service/Echo", status: "12"),
        Case(testDescription: "unknown encoding", headers: ["grpc-encoding": "snappy"], status: "12"),
        Case(testDescription: "bad timeout", headers: ["grpc-timeout": "soon"], status: "3"),
        Case(testDescription: "bad binary metadata", headers: ["x-bin": "!!"], status: "3"),
        Case(testDescription: "compressed without encoding", body: [1, 0, 0, 0, 0], status: "13"),
        Case(testDescription: "unknown flag", body: [7, 0, 0, 0, 0], status: "13"),
        Case(testDescription: "largest length there is", body: [0, 255, 255, 255, 255], status: "3"),
        Case(testDescription: "over the limit", body: [0, 1, 0, 0, 0], status: "3"),
        Case(testDescription: "no message", body: [], status: "12"),
        Case(testDescription: "half a prefix", body: [0, 0, 0], status: "13"),
        Case(testDescription: "half a message", body: [0, 0, 0, 0, 9, 1], status: "13"),
        Case(testDescription: "two messages", body: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], status: "12"),
        Case(testDescription: "not protobuf", body: [0, 0, 0, 0, 2, 10, 200], status: "3"),
        Case(testDescription: "not UTF-8", body: [0, 0, 0, 0, 3, 10, 1, 0xff], status: "3"),
        Case(
            testDescription: "wrong gRPC content type", headers: ["content-type": "application/grpc+json"],
            httpStatus: "415"),
        Case(testDescription: "not POST", headers: [":method": "PUT"], httpStatus: "405"),
    ]

    @Test(arguments: cases)
    func badCallsGetTheirStatusAndHarmNobody(bad: Case) async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let bystander = try await client.open(TestService.wait.path, body: RawClient.frame(ProtoAny()))
            let reply = try await client.open(bad.path, body: bad.body, headers: bad.headers).reply()
            #expect(reply.status == bad.status)
            #expect(reply.headers[":status"] == bad.httpStatus)
            if bad.status == "12" { #expect(reply.headers["grpc-accept-encoding"] == "identity,deflate,gzip") }
            #expect(reply.code == .noError)
            server.service.gate.open()
            #expect(try await bystander.reply().status == "0")
        }
    }

    @Test func aMessageThatIsTooLargeIsRefusedByItsPrefixAlone() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let call = try await client.open(TestService.echo.path, body: [0, 0x7f, 0, 0, 0], end: false)
            let reply = try await call.reply()
            #expect(reply.status == "3")
            #expect(reply.message?.contains("4259840") == true)
            #expect(reply.code == .noError)
        }
    }

    @Test func aMalformedMessageIsToldWhereItIsWrong() async throws {
        try await TestServer.run { server in
            let reply = try await server.connect().open(
                TestService.echo.path, body: [0, 0, 0, 0, 3, 10, 1, 0xff]
            ).reply()
            #expect(reply.message?.contains("type_url") == true)
        }
    }

    @Test func headersOverTheLimitAreRefused() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let long = String(repeating: "a", count: 17_000)
            #expect(try await client.call(TestService.echo, headers: ["x-long": long]).status == "8")
            #expect(try await client.call(TestService.echo).status == "0")
            let plain = try await client.open("/", body: [], headers: ["content-type": "text/plain", "x-long": long])
                .reply()
            #expect(plain.headers[":status"] == "431")
        }
    }

    @Test func requestsThatFillTheConnectionsMemoryAreReset() async throws {
        try await TestServer.run({ $0.maximumBufferedRequestBytes = 100_000 }) { server in
            let client = try await server.connect()
            let half = [0, 0, 1, 0, 0] + [UInt8](repeating: 0, count: 60_000)
            let first = try await client.open(TestService.echo.path, body: half, end: false)
            let second = try await client.open(TestService.echo.path, body: half, end: false)
            #expect(try await second.reply().code == .enhanceYourCalm)
            try await first.send([UInt8](repeating: 0, count: 5_536), end: true)
            #expect(try await first.reply().status == "3")
        }
    }

    @Test func garbageEndsItsConnectionAndNoOther() async throws {
        try await TestServer.run { server in
            let bystander = try await server.connect()
            let call = try await bystander.open(TestService.wait.path, body: RawClient.frame(ProtoAny()))
            let offender = try await server.connect()
            try await offender.roundTrip()
            try await offender.sendRaw([0, 0, 1, 0, 0, 0, 0, 0, 99, 1])
            await offender.log.wait(for: "goaway")
            await offender.log.wait(for: "closed")
            server.service.gate.open()
            #expect(try await call.reply().status == "0")
        }
    }

    @Test func streamsBeyondTheLimitAreRefused() async throws {
        try await TestServer.run({ $0.maximumConcurrentStreams = 3 }) { server in
            // nghttp2's client keeps to the limit by itself: those beyond it wait.
            let client = try await server.connect()
            await client.log.wait(for: "settings")
            var calls: [RawCall] = []
            for _ in 0..<5 {
                calls.append(try await client.open(TestService.wait.path, body: RawClient.frame(ProtoAny())))
            }
            try await client.roundTrip()
            #expect(server.service.events.count("waiting") == 3)
            server.service.gate.open(5)
            for call in calls { #expect(try await call.reply().status == "0") }
        }
    }
}
