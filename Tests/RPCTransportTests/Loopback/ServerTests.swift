import GeneratedRPC
import Logging
import NIOCore
import NIOPosix
import ProtobufRuntime
import RPCCore
import Testing

@testable import RPCTransport

@Suite struct ServerTests {
    @Test func requestsByHTTP2ThatAreNotGRPCGetTheResponder() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let plain: KeyValuePairs = ["content-type": "text/plain"]
            let reply = try await client.open("/x?y", body: Array("hello".utf8), headers: plain).reply()
            #expect(reply.headers[":status"] == "200")
            #expect(reply.headers["connection"] == nil)
            #expect(reply.headers["content-length"] == "\(reply.body.count)")
            #expect(String(decoding: reply.body, as: UTF8.self) == "POST /x?y localhost hello")
            let head = try await client.open(
                "/x", body: [], headers: ["content-type": "text/plain", ":method": "HEAD"]
            ).reply()
            #expect(head.headers["content-length"] == "18")
            #expect(head.body.isEmpty)
            let empty = try await client.open("/empty", body: [], headers: plain).reply()
            #expect(empty.headers == [":status": "204"])
            #expect(try await client.open("/large", body: [], headers: plain).reply().body.count == 3_000_000)
        }
    }

    @Test func cookiesThatComeInCrumbsAreOneField() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            var block = RawClient.headers("/", ["content-type": "text/plain", "cookie": "a=1"])
            block.append("cookie", "b=2")
            let headers = block
            let call = try await client.on { client in
                let call = RawCall(client)
                try client.session.submitRequest(headers, stream: call, hasBody: false)
                return call
            }
            #expect(try await call.reply().headers["x-cookie"] == "a=1; b=2")
        }
    }

    @Test func aBodyByHTTP2ThatIsTooLargeIsReadToItsEndAndAnswered() async throws {
        try await TestServer.run({ $0.maximumHTTPBodyBytes = 10 }) { server in
            // Several windows long: it ends only if the server goes on giving room.
            let reply = try await server.connect().open(
                "/", body: [UInt8](repeating: 1, count: 1_000_000), headers: ["content-type": "text/plain"]
            ).reply()
            #expect(reply.headers[":status"] == "413")
            #expect(reply.code == .noError)
        }
    }

    @Test func aBodyByHTTP2ThatIsFarTooLargeIsAnsweredBeforeItsEnd() async throws {
        try await TestServer.run({
            $0.maximumHTTPBodyBytes = 10
            $0.maximumDiscardedBodyBytes = 10
        }) { server in
            let call = try await server.connect().open(
                "/", body: [UInt8](repeating: 1, count: 21), end: false, headers: ["content-type": "text/plain"])
            let reply = try await call.reply()
            #expect(reply.headers[":status"] == "413")
            #expect(reply.code == .noError)
        }
    }

    @Test func thePrefaceMayDribble() async throws {
        try await TestServer.run { server in
            // What a client sends first, taken down and sent byte by byte.
            let client = RecordingPeer()
            let session = HTTP2Session(role: .client, configuration: .init(), delegate: client)
            let stream = RecordingStream()
            stream.outgoing.bytes.append(RawClient.frame(ProtoAny()))
            stream.outgoing.ending = .endStream
            try session.submitRequest(RawClient.headers(TestService.echo.path, [:]), stream: stream, hasBody: true)
            _ = try session.drain(upTo: .max)
            let bytes = try await server.connectBytes()
            for byte in session.output.readableBytesView { try await bytes.send([byte]) }
            session.output.clear()
            var taken = 0
            while stream.closed == nil {
                let received = await bytes.receiveBytes(atLeast: taken + 1)
                try #require(received.count > taken)
                try received[taken...].withUnsafeBytes { try session.receive($0) }
                taken = received.count
            }
            #expect(stream.closed == .noError)
            #expect(stream.blocks.last?.fields == ["grpc-status: 0"])
        }
    }

    @Test func shutdownLetsCallsEndAndTakesNoNewOnes() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let call = try await client.open(TestService.wait.path, body: RawClient.frame(ProtoAny()))
            await server.service.events.wait(for: "waiting")
            let idle = try await server.connect()
            try await idle.roundTrip()
            let http1 = try await server.connectBytes()
            try await http1.send(HTTP1Tests.first)
            _ = await http1.receive(atLeast: HTTP1Tests.answers[0].utf8.count)
            let silent = try await server.connectBytes()

            async let done: Void = server.server.shutdown(grace: .seconds(60))
            await idle.log.wait(for: "closed")
            let goAways = try await idle.on { $0.goAways }
            #expect(goAways == [Int32.max])
            _ = await http1.receiveUntilClosed()
            _ = await silent.receiveUntilClosed()
            await client.log.wait(for: "goaway")
            await #expect(throws: (any Error).self) { try await server.connect() }
            server.service.gate.open()
            #expect(try await call.reply().status == "0")
            await client.log.wait(for: "closed")
            await done
        }
    }

    @Test func shutdownCutsOffWhatOutlivesItsGrace() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let call = try await client.open(TestService.hang.path, body: RawClient.frame(ProtoAny()))
            await server.service.events.wait(for: "hanging")
            await server.server.shutdown(grace: .milliseconds(10))
            await server.service.events.wait(for: "cancelled")
            #expect(try await call.reply().code == .connectError)
        }
    }

    @Test func aPortInUseIsAClearError() async throws {
        try await TestServer.run { server in
            let other = RPCServer(
                router: RPCRouter(), responder: EchoResponder(), group: MultiThreadedEventLoopGroup.singleton,
                logger: Logger(label: "test"))
            do {
                _ = try await other.start(host: "127.0.0.1", port: server.port)
                Issue.record("it started")
            } catch let error as ServerStartError {
                #expect(error.description == "127.0.0.1:\(server.port) is in use by another program")
            }
        }
    }
}
