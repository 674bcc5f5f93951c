import GeneratedRPC
import ProtobufRuntime
import RPCCore
import Testing

@testable import RPCTransport

/// Limits that all connections of a server share.
@Suite struct ServerLoadTests {
    private static let get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test func handlersThatRunAreLimitedAcrossConnections() async throws {
        try await TestServer.run({ $0.maximumRunningHandlersOfServer = 2 }) { server in
            let frame = RawClient.frame(ProtoAny())
            var waiting: [RawCall] = []
            for _ in 0..<2 {
                let client = try await server.connect()
                waiting.append(try await client.open(TestService.wait.path, body: frame))
                try await client.roundTrip()
            }
            #expect(server.server.load.waitingHandlers == 2)
            let refused = try await server.connect().call(TestService.echo)
            #expect(refused.status == "8")
            #expect(refused.headers["grpc-retry-pushback-ms"] == "100")
            let plain = try await server.connectBytes()
            try await plain.send(Self.get)
            #expect(await plain.receive(atLeast: 12).hasPrefix("HTTP/1.1 429"))
            server.service.gate.open(2)
            for call in waiting { #expect(try await call.reply().status == "0") }
            #expect(server.server.load.waitingHandlers == 0)
            #expect(try await server.connect().call(TestService.echo).status == "0")
        }
    }

    @Test func handlersOfStreamsThatAreGoneCountUntilTheyEnd() async throws {
        try await TestServer.run({ $0.maximumRunningHandlersOfServer = 1 }) { server in
            let client = try await server.connect()
            let call = try await client.open(TestService.wait.path, body: RawClient.frame(ProtoAny()))
            try await client.roundTrip()
            try await client.on { $0.session.reset(call, .cancel) }
            // It does not heed its cancellation.
            #expect(try await client.call(TestService.echo).status == "8")
            server.service.gate.open(1)
            while server.server.load.waitingHandlers > 0 { try await client.roundTrip() }
            #expect(try await client.call(TestService.echo).status == "0")
        }
    }

    @Test func requestsThatHandlersWorkOnCountToo() async throws {
        try await TestServer.run({ $0.maximumHeldRequestBytes = 100_000 }) { server in
            let client = try await server.connect()
            let large = RawClient.frame(ProtoAny.with { $0.value = [UInt8](repeating: 1, count: 60_000) })
            let first = try await client.open(TestService.wait.path, body: large)
            try await client.roundTrip()
            #expect(server.server.load.bufferedRequestBytes >= 60_000)
            #expect(try await client.open(TestService.echo.path, body: large).reply().status == "8")
            #expect(try await client.call(TestService.echo).status == "0")
            server.service.gate.open(1)
            #expect(try await first.reply().status == "0")
            #expect(server.server.load.bufferedRequestBytes == 0)
            #expect(try await client.open(TestService.echo.path, body: large).reply().status == "0")
        }
    }

    @Test func uploadsAreLimitedAcrossConnections() async throws {
        try await TestServer.run({ $0.maximumBufferedRequestBytesOfServer = 64 * 1_024 }) { server in
            let first = try await server.connect()
            let plain: KeyValuePairs = ["content-type": "text/plain"]
            let part = [UInt8](repeating: 65, count: 60 * 1_024)
            let held = try await first.open("/x", body: part, end: false, headers: plain)
            try await first.roundTrip()
            #expect(server.server.load.bufferedRequestBytes >= 44 * 1_024)

            let message = [0, 0, 1, 0, 0] + [UInt8](repeating: 0, count: 40 * 1_024)
            let second = try await server.connect()
            let refused = try await second.open(TestService.echo.path, body: message, end: false).reply()
            #expect(refused.status == "8")
            #expect(refused.headers["grpc-retry-pushback-ms"] == "500")
            let web = try await second.open("/x", body: message, end: false, headers: plain).reply()
            #expect(web.headers[":status"] == "429")
            let bytes = try await server.connectBytes()
            try await bytes.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n")
            try await bytes.send(message)
            let answer = await bytes.receiveUntilClosed()
            #expect(answer.hasPrefix("HTTP/1.1 429"))
            #expect(answer.contains("retry-after: 1"))

            // What is small is served all the while, and what was begun before.
            #expect(try await second.call(TestService.echo).status == "0")
            try await first.on { client in
                held.outgoing.ending = .endStream
                client.session.outgoingChanged(held)
            }
            #expect(try await held.reply().headers[":status"] == "200")
            #expect(server.server.load.bufferedRequestBytes == 0)
            let again = try await second.open("/x", body: message, headers: plain).reply()
            #expect(again.headers[":status"] == "200")
        }
    }
}
