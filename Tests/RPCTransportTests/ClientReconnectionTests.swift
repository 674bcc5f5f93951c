import GeneratedRPC
import NIOPosix
import ProtobufRuntime
import RPCCore
import Testing

@testable import RPCTransport

@Suite("The client when the server fails")
struct ClientReconnectionTests {
    /// No waits between attempts to connect, or long ones.
    private func configuration(wait: Duration = .zero) -> ClientChannelConfiguration {
        var configuration = ClientChannelConfiguration()
        configuration.connectionBackoff.initial = wait
        return configuration
    }

    private func call(_ client: HTTP2ClientChannel, timeout: Duration = .seconds(30)) async -> RPCError? {
        await failure {
            try await client.unary(Probe.unary, BytesValue(), options: CallOptions(timeout: timeout))
        }
    }

    private func withFault(
        _ fault: FaultyServer.Fault, configuration: ClientChannelConfiguration,
        _ body: (FaultyServer, HTTP2ClientChannel) async throws -> Void
    ) async throws {
        let server = try await FaultyServer(fault, group: MultiThreadedEventLoopGroup.singleton)
        let client = HTTP2ClientChannel(
            try Endpoint(host: "127.0.0.1", port: server.port), configuration: configuration)
        try await body(server, client)
        await client.close()
        try await server.close()
    }

    @Test("it finds the server again after a restart")
    func restart() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let fill = { (router: inout RPCRouter) in
            router.unary(Probe.unary) { request, _ in request }
        }
        let (first, port) = try await ProbeServer.start(fill, group: group)
        let client = HTTP2ClientChannel(
            try Endpoint(host: "127.0.0.1", port: port), configuration: configuration())
        #expect(await call(client)?.description == nil)
        await first.shutdown(grace: .zero)
        #expect(await call(client)?.code == .unavailable)
        #expect(await call(client)?.code == .unavailable)
        let (second, _) = try await ProbeServer.start(fill, port: port, group: group)
        #expect(await call(client)?.description == nil)
        await client.close()
        await second.shutdown(grace: .zero)
    }

    @Test("without a server calls fail at once, and say when to try again")
    func refusedConnection() async throws {
        let server = try await FaultyServer(.silence, group: MultiThreadedEventLoopGroup.singleton)
        try await server.close()
        let client = HTTP2ClientChannel(
            try Endpoint(host: "127.0.0.1", port: server.port), configuration: configuration(wait: .seconds(1_000)))
        for _ in 0..<3 {
            let error = await call(client)
            #expect(error?.code == .unavailable)
            let delay = try #require(error?.retryDelay)
            #expect(delay > .seconds(90) && delay <= .seconds(150))
        }
        await client.close()
    }

    @Test("a refused stream is tried again, once, unnoticed")
    func refusedStream() async throws {
        try await withFault(.refuseStreams(1), configuration: configuration()) { server, client in
            #expect(await call(client)?.description == nil)
            #expect(server.connections.now == 1)
        }
        try await withFault(.refuseStreams(2), configuration: configuration()) { _, client in
            #expect(await call(client)?.code == .unavailable)
            #expect(await call(client)?.description == nil)
        }
    }

    @Test("a call that a GOAWAY disowns goes over a new connection, unnoticed")
    func goAway() async throws {
        try await withFault(.goAway(connections: 1), configuration: configuration()) { server, client in
            #expect(await call(client)?.description == nil)
            #expect(server.connections.now == 2)
        }
        try await withFault(.goAway(connections: 2), configuration: configuration()) { _, client in
            #expect(await call(client)?.code == .unavailable)
            #expect(await call(client)?.description == nil)
        }
    }

    @Test("a stream of requests that was refused is sent again only if nothing of it had gone")
    func refusedRequests() async throws {
        try await withFault(.refuseStreams(1), configuration: configuration()) { _, client in
            let error = await failure {
                try await client.clientStreaming(Probe.up, options: CallOptions(timeout: .seconds(30))) { requests in
                    try await requests.write(BytesValue(1))
                }
            }
            // Whether the message had left when the refusal came is chance; both ends are right.
            #expect(error == nil || error?.code == .unavailable)
        }
    }

    @Test("a server that hangs up, talks nonsense, or cuts the connection is UNAVAILABLE")
    func brokenServers() async throws {
        for fault in [FaultyServer.Fault.hangUp, .nonsense] {
            try await withFault(fault, configuration: configuration(wait: .seconds(1_000))) { server, client in
                #expect(await call(client)?.code == .unavailable)
                #expect(server.connections.now == 1)
            }
        }
        try await withFault(.cutAfterFirstAnswer, configuration: configuration()) { server, client in
            #expect(await call(client)?.description == nil)
        }
    }

    @Test("a server that says nothing: the call ends by its deadline, the attempt by its own")
    func silence() async throws {
        try await withFault(.silence, configuration: configuration()) { _, client in
            #expect(await call(client, timeout: .milliseconds(50))?.code == .deadlineExceeded)
        }
        var impatient = configuration(wait: .seconds(1_000))
        // Long enough to connect on a machine that is busy: it is the silence behind it that is waited for.
        impatient.connectTimeout = .seconds(5)
        try await withFault(.silence, configuration: impatient) { _, client in
            let error = await call(client)
            #expect(error?.code == .unavailable)
            #expect(error?.message == "the server sent no HTTP/2 settings in time")
        }
    }
}
