import GeneratedRPC
import ProtobufRuntime
import RPCCore
import Testing

@testable import RPCTransport

@Suite struct UnaryCallTests {
    static func any(_ count: Int) -> ProtoAny { ProtoAny.with { $0.value = [UInt8](repeating: 65, count: count) } }

    @Test(arguments: [0, 1, 100, 16_380, 70_000, 1_000_000, 4 * 1024 * 1024])
    func aMessageOfAnySizeComesBack(count: Int) async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let reply = try await client.call(TestService.echo, Self.any(count))
            #expect(reply.headers[":status"] == "200")
            #expect(reply.headers["content-type"] == "application/grpc")
            #expect(reply.headers["grpc-status"] == nil)
            #expect(reply.trailers == ["grpc-status": "0"])
            #expect(try reply.messages() == [Self.any(count)])
            #expect(reply.code == .noError)
        }
    }

    @Test func aThousandCallsAtOnceAreAllAnswered() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            var calls: [RawCall] = []
            for index in 0..<1_000 {
                let message = ProtoAny.with { $0.typeURL = "\(index)" }
                calls.append(try await client.open(TestService.echo.path, body: RawClient.frame(message)))
            }
            for (index, call) in calls.enumerated() {
                #expect(try await call.reply().messages().map(\.typeURL) == ["\(index)"])
            }
        }
    }

    @Test func aRequestMaySplitAnywhere() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let body = RawClient.frame(Self.any(10))
            for split in 0...body.count {
                let call = try await client.open(TestService.echo.path, body: Array(body[..<split]), end: false)
                try await client.roundTrip()
                try await call.send(Array(body[split...]), end: true)
                #expect(try await call.reply().messages() == [Self.any(10)])
            }
        }
    }

    @Test func anErrorIsTrailersOnlyWithItsDetails() async throws {
        try await TestServer.run { server in
            let reply = try await server.connect().call(TestService.fail)
            #expect(reply.headers[":status"] == "200")
            #expect(reply.headers["content-type"] == "application/grpc")
            #expect(reply.trailers.isEmpty)
            #expect(reply.headers["grpc-status"] == "9")
            #expect(reply.headers["grpc-message"] == "100%25 of \"it\" is%0Aold")
            #expect(reply.headers["grpc-retry-pushback-ms"] == "1500")
            #expect(reply.headers["x-trail"] == "end")
            let details = try #require(
                reply.headers["grpc-status-details-bin"].flatMap { Base64.decode(Array($0.utf8)) })
            let status = try Status(serialized: details)
            #expect(status.code == 9)
            #expect(status.message == TestService.failure.message)
            #expect(try ErrorInfo(serialized: status.details[0].value).domain == "chatrpc")
            var decoded = RPCError(.failedPrecondition, "")
            StatusDetails.decode(details, into: &decoded)
            #expect(decoded.reason == "EPOCH_STALE")
            #expect(decoded.reasonMetadata == ["epoch": "7"])
            #expect(decoded.fieldViolations == TestService.failure.fieldViolations)
            #expect(decoded.retryDelay == .milliseconds(1500))
        }
    }

    @Test func anErrorThatIsNoStatusTellsNothingOfItself() async throws {
        try await TestServer.run { server in
            let reply = try await server.connect().call(TestService.crash)
            #expect(reply.status == "2")
            #expect(!reply.headers.values.contains { $0.contains("hunter2") || $0.contains("Secret") })
        }
    }

    @Test func metadataGoesBothWays() async throws {
        try await TestServer.run { server in
            let reply = try await server.connect().call(
                TestService.mirror, headers: ["x-a": "1", "user-agent": "t", "grpc-timeout": "1H"])
            #expect(reply.headers["x-a"] == "1")
            #expect(reply.headers["user-agent"] == "t")
            #expect(reply.trailers["x-a-trailing"] == "1")
            #expect(try reply.messages()[0].typeURL == "/test.Service/Mirror true true")
        }
    }

    @Test func aDeadlineEndsTheCallAndItsHandler() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let reply = try await client.call(TestService.hang, headers: ["grpc-timeout": "20m"])
            #expect(reply.status == "4")
            await server.service.events.wait(for: "cancelled")
        }
    }

    @Test func aResetCancelsTheHandler() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let call = try await client.open(TestService.hang.path, body: RawClient.frame(ProtoAny()))
            await server.service.events.wait(for: "hanging")
            try await call.reset()
            await server.service.events.wait(for: "cancelled")
            #expect(try await client.call(TestService.echo).status == "0")
        }
    }

    @Test func aLostConnectionCancelsItsHandlers() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            _ = try await client.open(TestService.hang.path, body: RawClient.frame(ProtoAny()))
            await server.service.events.wait(for: "hanging")
            try await client.close()
            await server.service.events.wait(for: "cancelled")
        }
    }

    @Test func callsBeyondTheLimitOfRunningHandlersAreRefused() async throws {
        try await TestServer.run({ $0.maximumRunningHandlers = 2 }) { server in
            let client = try await server.connect()
            let frame = RawClient.frame(ProtoAny())
            let first = try await client.open(TestService.wait.path, body: frame)
            let second = try await client.open(TestService.wait.path, body: frame)
            let third = try await client.call(TestService.wait)
            #expect(third.status == "8")
            #expect(third.headers["grpc-retry-pushback-ms"] == "100")
            server.service.gate.open(2)
            #expect(try await first.reply().status == "0")
            #expect(try await second.reply().status == "0")
            #expect(try await client.call(TestService.echo).status == "0")
        }
    }

    @Test func healthIsAnswered() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let ask = RawClient.frame(HealthCheckRequest())
            let reply = try await client.open("/grpc.health.v1.Health/Check", body: ask).reply()
            #expect(reply.status == "0")
            #expect(reply.body == [0, 0, 0, 0, 2, 8, 1])
            let unknown = RawClient.frame(HealthCheckRequest.with { $0.service = "no" })
            #expect(try await client.open("/grpc.health.v1.Health/Check", body: unknown).reply().status == "5")
        }
    }

    @Test func healthOfAllServicesIsListed() async throws {
        try await TestServer.run { server in
            server.health.set(.notServing, service: "later")
            let client = try await server.connect()
            let ask = RawClient.frame(HealthListRequest())
            let reply = try await client.open("/grpc.health.v1.Health/List", body: ask).reply()
            let listed = try HealthListResponse(serialized: Array(reply.body.dropFirst(5))).statuses
            #expect(listed.count == 2)
            #expect(listed[""]?.status == .serving)
            #expect(listed["later"]?.status == .notServing)
            for number in 0..<99 { server.health.set(.serving, service: "\(number)") }
            #expect(try await client.open("/grpc.health.v1.Health/List", body: ask).reply().status == "8")
        }
    }
}
