import GeneratedRPC
import NIOPosix
import ProtobufRuntime
import RPCCore
import Testing

@testable import RPCTransport

/// What a thousand clients send while the server is out: counted at the server.
@Suite("An outage")
struct OutageTests {
    private let options = CallOptions(timeout: .seconds(300))

    private func configuration() -> ClientChannelConfiguration {
        var configuration = ClientChannelConfiguration()
        configuration.service = ServiceConfiguration(
            methods: [
                .init(
                    names: [.init()],
                    repetition: .retry(
                        CallRetryPolicy(initialBackoff: .milliseconds(1), maximumBackoff: .milliseconds(1))))
            ], retryThrottling: RetryThrottling())
        configuration.connectTimeout = .seconds(300)
        return configuration
    }

    /// Calls each channel so often, one call after the other.
    private func call(_ channels: [HTTP2ClientChannel], times: Int) async -> Int {
        await withTaskGroup(of: Int.self) { group in
            for channel in channels {
                group.addTask {
                    var failures = 0
                    for _ in 0..<times {
                        let error = await failure {
                            try await channel.unary(Probe.unary, BytesValue(), options: options)
                        }
                        if error?.code == .unavailable { failures += 1 }
                    }
                    return failures
                }
            }
            return await group.reduce(0, +)
        }
    }

    @Test("a thousand callers of one channel, to a server that refuses everything, send at most 1.1 attempts per call")
    func oneChannel() async throws {
        let attempts = Counter()
        try await ProbeServer.run(
            client: configuration(),
            { router in
                router.unary(Probe.unary) { _, _ in
                    attempts.add()
                    throw RPCError(.unavailable, "out")
                }
            }
        ) { server in
            let channels = Array(repeating: server.client, count: 1_000)
            #expect(await call(channels, times: 1) == 1_000)
            #expect(attempts.now >= 1_000 && attempts.now <= 1_100)
        }
    }

    @Test("a thousand clients, each for itself, of a server that refuses everything send at most 1.1 attempts per call")
    func manyChannels() async throws {
        let attempts = Counter()
        let (server, port) = try await ProbeServer.start(
            { router in
                router.unary(Probe.unary) { _, _ in
                    attempts.add()
                    throw RPCError(.unavailable, "out")
                }
            }, group: MultiThreadedEventLoopGroup.singleton)
        let endpoint = try Endpoint(host: "127.0.0.1", port: port)
        let channels = (0..<1_000).map { _ in HTTP2ClientChannel(endpoint, configuration: configuration()) }
        #expect(await call(channels, times: 50) == 50_000)
        #expect(attempts.now >= 50_000 && attempts.now <= 55_000)
        for channel in channels { await channel.close() }
        await server.shutdown(grace: .zero)
    }

    @Test("a thousand clients of a server that hangs up on everyone connect once each at most, however often they call")
    func connections() async throws {
        let server = try await FaultyServer(.hangUp, group: MultiThreadedEventLoopGroup.singleton)
        var patient = configuration()
        patient.connectionBackoff.initial = .seconds(3_000)
        patient.connectionBackoff.maximum = .seconds(3_000)
        let endpoint = try Endpoint(host: "127.0.0.1", port: server.port)
        let channels = (0..<1_000).map { [patient] _ in HTTP2ClientChannel(endpoint, configuration: patient) }
        #expect(await call(channels, times: 10) == 10_000)
        // The system may have refused a few of so many at once.
        #expect(server.connections.now > 900 && server.connections.now <= 1_000)
        for channel in channels { await channel.close() }
        try await server.close()
    }
}
