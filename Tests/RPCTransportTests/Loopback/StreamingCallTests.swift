import GeneratedRPC
import ProtobufRuntime
import RPCCore
import Synchronization
import Testing

@testable import RPCTransport

@Suite struct StreamingCallTests {
    static func any(_ text: String) -> ProtoAny { ProtoAny.with { $0.typeURL = text } }

    @Test func aServersMessagesComeInOrderAndEndInTrailers() async throws {
        try await TestServer.run { server in
            let reply = try await server.connect().call(
                TestService.flood,
                ProtoAny.with {
                    $0.typeURL = "1000"
                    $0.value = [1, 2]
                })
            #expect(try reply.messages().map(\.value) == Array(repeating: [1, 2], count: 1_000))
            #expect(reply.trailers == ["grpc-status": "0"])
        }
    }

    @Test func noMessageAtAllIsFineToo() async throws {
        try await TestServer.run { server in
            let reply = try await server.connect().call(TestService.flood, Self.any("0"))
            #expect(reply.body.isEmpty)
            #expect(reply.status == "0")
        }
    }

    @Test func anErrorAfterMessagesIsInTheTrailers() async throws {
        try await TestServer.run { server in
            let reply = try await server.connect().call(TestService.breakOff, Self.any("x"))
            #expect(try reply.messages() == [Self.any("x")])
            #expect(reply.trailers["grpc-status"] == "9")
        }
    }

    @Test func aSlowReaderHoldsUpTheHandlerAndLosesNothing() async throws {
        let size = 10_000
        let total = 300
        try await TestServer.run({ $0.maximumQueuedBytesPerStream = 50_000 }) { server in
            var configuration = HTTP2Configuration()
            configuration.streamWindowBytes = 65_535
            let client = try await server.connect(configuration)
            try await client.on { $0.consumesAtOnce = false }
            let request = ProtoAny.with {
                $0.typeURL = "\(total)"
                $0.value = [UInt8](repeating: 7, count: size)
            }
            let call = try await client.open(TestService.flood.path, body: RawClient.frame(request))
            await call.wait(for: "data")
            while server.service.written.withLock({ $0 }) < total {
                try await client.roundTrip()
                // What is written is with the reader, on its way in its window, or in the stream's bounded queue.
                let received = try await call.received
                let written = server.service.written.withLock { $0 } * size
                #expect(written <= received + 65_535 + 50_000 + 2 * size)
                try await call.consume()
            }
            try await client.on { $0.consumesAtOnce = true }
            try await call.consume()
            let reply = try await call.reply()
            #expect(try reply.messages().count == total)
            #expect(reply.status == "0")
        }
    }

    @Test func aReaderThatGoesAwayEndsTheHandlerThatWaitsForIt() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            try await client.on { $0.consumesAtOnce = false }
            let request = ProtoAny.with {
                $0.typeURL = "1000000"
                $0.value = [UInt8](repeating: 7, count: 10_000)
            }
            let call = try await client.open(TestService.flood.path, body: RawClient.frame(request))
            await call.wait(for: "data")
            try await call.reset()
            await server.service.events.wait(for: "flood ended")
            #expect(server.service.written.withLock { $0 } < 1_000)
        }
    }

    @Test func aDeadlineEndsAStreamThatNobodyReads() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            try await client.on { $0.consumesAtOnce = false }
            let request = ProtoAny.with {
                $0.typeURL = "1000000"
                $0.value = [UInt8](repeating: 7, count: 10_000)
            }
            let call = try await client.open(
                TestService.flood.path, body: RawClient.frame(request), headers: ["grpc-timeout": "50m"])
            await server.service.events.wait(for: "flood ended")
            #expect(try await call.reply().code == .cancel)
        }
    }

    @Test func aStreamWhoseWindowStaysShutIsResetAndItsConnectionGoesOn() async throws {
        try await TestServer.run {
            $0.headerTimeoutSeconds = 3
            $0.writeStallTimeoutSeconds = 1
        } _: { server in
            let client = try await server.connect()
            try await client.on { $0.consumesAtOnce = false }
            let request = ProtoAny.with {
                $0.typeURL = "1000000"
                $0.value = [UInt8](repeating: 7, count: 10_000)
            }
            let call = try await client.open(TestService.flood.path, body: RawClient.frame(request))
            #expect(try await call.reply().code == .cancel)
            await server.service.events.wait(for: "flood ended")
            #expect(try await client.call(TestService.echo).status == "0")
        }
    }

    @Test func manySlowReadersDoNotHoldUpOthers() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            try await client.on { $0.consumesAtOnce = false }
            let request = ProtoAny.with {
                $0.typeURL = "1000"
                $0.value = [UInt8](repeating: 7, count: 10_000)
            }
            for _ in 0..<8 { _ = try await client.open(TestService.flood.path, body: RawClient.frame(request)) }
            let other = try await server.connect()
            #expect(try await other.call(TestService.echo).status == "0")
            // Each stream has its own window: the same connection goes on too.
            #expect(try await client.call(TestService.echo).status == "0")
        }
    }

    @Test func aClientsMessagesAreTakenInOrder() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let call = try await client.open(TestService.collect.path, body: [], end: false)
            for byte in 0..<200 as Range<UInt8> {
                try await call.send(RawClient.frame(ProtoAny.with { $0.value = [byte] }))
            }
            try await call.send([], end: true)
            let reply = try await call.reply()
            #expect(try reply.messages().map(\.value) == [Array(0..<200)])
            #expect(reply.status == "0")
        }
    }

    @Test func aHandlerThatReadsSlowlySlowsItsSender() async throws {
        try await TestServer.run({ $0.streamWindowBytes = 65_535 }) { server in
            let client = try await server.connect()
            await client.log.wait(for: "settings")
            let frame = RawClient.frame(ProtoAny.with { $0.value = [UInt8](repeating: 1, count: 10_000) })
            let call = try await client.open(TestService.slowRead.path, body: [], end: false)
            for _ in 0..<50 { try await call.send(frame) }
            try await client.roundTrip()
            #expect(try await call.unsent >= 50 * frame.count - 65_535 - frame.count)
            server.service.gate.open(50)
            try await call.send([], end: true)
            #expect(try await call.reply().messages().map(\.typeURL) == ["50"])
        }
    }

    @Test func aMessageLargerThanTheWindowArrives() async throws {
        try await TestServer.run({ $0.streamWindowBytes = 65_535 }) { server in
            let large = ProtoAny.with { $0.value = [UInt8](repeating: 1, count: 1_000_000) }
            let reply = try await server.connect().call(TestService.collect, large)
            #expect(try reply.messages().map(\.value.count) == [1_000_000])
        }
    }

    @Test func bothSidesTalkInTurns() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let call = try await client.open(TestService.chat.path, body: [], end: false)
            let frame = RawClient.frame(Self.any("ping"))
            for turn in 1...20 {
                try await call.send(frame)
                while try await call.received < frame.count * turn { try await client.roundTrip() }
            }
            try await call.send([], end: true)
            let reply = try await call.reply()
            #expect(try reply.messages().count == 20)
            #expect(reply.status == "0")
        }
    }

    @Test func aStreamThatEndsInsideAMessageIsAnError() async throws {
        try await TestServer.run { server in
            let reply = try await server.connect().open(TestService.collect.path, body: [0, 0, 0, 0, 9, 1]).reply()
            #expect(reply.status == "13")
        }
    }

    @Test func healthCanBeWatched() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let call = try await client.open(
                "/grpc.health.v1.Health/Watch", body: RawClient.frame(HealthCheckRequest.with { $0.service = "later" }))
            while try await call.received < 7 { try await client.roundTrip() }
            server.health.set(.serving, service: "later")
            while try await call.received < 14 { try await client.roundTrip() }
            server.health.set(.serving, service: "later")
            server.health.set(.notServing, service: "later")
            while try await call.received < 21 { try await client.roundTrip() }
            try await call.reset()
            #expect(try await call.reply().body == [0, 0, 0, 0, 2, 8, 3, 0, 0, 0, 0, 2, 8, 1, 0, 0, 0, 0, 2, 8, 2])
        }
    }
}
