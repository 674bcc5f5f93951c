import GeneratedRPC
import NIOPosix
import ProtobufRuntime
import RPCCore
import Testing

@testable import RPCTransport

@Suite("Time and a client's connection")
struct ClientTimeoutTests {
    @Test("a connection with calls that is silent is asked, and given up if it does not answer")
    func keepalive() {
        var clock = ClientConnectionClock()
        #expect(clock.keepalivePassed(reads: 1, openStreams: 1) == .none)
        #expect(clock.keepalivePassed(reads: 1, openStreams: 0) == .none)
        #expect(clock.keepalivePassed(reads: 1, openStreams: 1) == .ping)
        clock.pinged()
        #expect(clock.keepalivePassed(reads: 2, openStreams: 1) == .none)
        #expect(clock.keepalivePassed(reads: 2, openStreams: 1) == .ping)
        clock.pinged()
        #expect(clock.keepalivePassed(reads: 2, openStreams: 1) == .giveUp)
    }

    @Test("a connection that was not used for a whole interval is closed")
    func idle() {
        var clock = ClientConnectionClock()
        #expect(clock.idlePassed(calls: 3, openStreams: 0) == .none)
        #expect(clock.idlePassed(calls: 3, openStreams: 1) == .none)
        #expect(clock.idlePassed(calls: 4, openStreams: 0) == .none)
        #expect(clock.idlePassed(calls: 4, openStreams: 0) == .close)
    }

    @Test("a server that falls silent during a call: the call ends with UNAVAILABLE")
    func silentServer() async throws {
        let server = try await FaultyServer(.fallSilent, group: MultiThreadedEventLoopGroup.singleton)
        var configuration = ClientChannelConfiguration()
        configuration.keepaliveInterval = .milliseconds(20)
        configuration.keepaliveTimeout = .milliseconds(20)
        let client = HTTP2ClientChannel(
            try Endpoint(host: "127.0.0.1", port: server.port), configuration: configuration)
        let error = await failure {
            try await client.unary(Probe.unary, BytesValue(), options: CallOptions(timeout: .seconds(300)))
        }
        #expect(error?.message == "the server does not answer a keepalive PING")
        await client.close()
        try await server.close()
    }

    @Test("a call that takes long is kept by a server that answers PINGs")
    func answeredPings() async throws {
        var configuration = ClientChannelConfiguration()
        configuration.keepaliveInterval = .milliseconds(20)
        try await ProbeServer.run(
            client: configuration,
            { router in
                router.unary(Probe.unary) { request, _ in
                    try await Task.sleep(for: .milliseconds(50))
                    return request
                }
            }
        ) { server in
            let answer = try await server.client.unary(
                Probe.unary, BytesValue(1), options: CallOptions(timeout: .seconds(60)))
            #expect(answer.message == BytesValue(1))
        }
    }

    @Test("an idle connection is closed, and the next call opens another")
    func idleConnection() async throws {
        let server = try await FaultyServer(.refuseStreams(0), group: MultiThreadedEventLoopGroup.singleton)
        var configuration = ClientChannelConfiguration()
        configuration.idleTimeout = .milliseconds(10)
        let client = HTTP2ClientChannel(
            try Endpoint(host: "127.0.0.1", port: server.port), configuration: configuration)
        for connection in 1...2 {
            _ = try await client.unary(Probe.unary, BytesValue(), options: CallOptions(timeout: .seconds(60)))
            while server.closedConnections.now < connection { await Task.yield() }
        }
        #expect(server.connections.now == 2)
        await client.close()
        try await server.close()
    }
}
