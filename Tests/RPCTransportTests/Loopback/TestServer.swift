import Logging
import NIOCore
import NIOPosix
import RPCCore
import Testing

@testable import RPCTransport

/// A server on a free port of the loopback interface, for the time of a closure.
struct TestServer {
    let server: RPCServer
    let service: TestService
    let health: HealthService
    let port: Int

    static func run(
        _ change: (inout TransportConfiguration) -> Void = { _ in }, responder: any HTTPResponder = EchoResponder(),
        _ body: (TestServer) async throws -> Void
    ) async throws {
        var configuration = TransportConfiguration()
        // Tests ping to know that what they sent has been worked off.
        configuration.minimumPingIntervalSeconds = 0
        change(&configuration)
        let service = TestService()
        var router = RPCRouter()
        router.add(service)
        let health = HealthService()
        router.add(health)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = RPCServer(
            router: router, responder: responder, configuration: configuration,
            group: MultiThreadedEventLoopGroup.singleton, logger: logger)
        let address = try await server.start(host: "127.0.0.1", port: 0)
        let port = try #require(address.port)
        do {
            try await body(TestServer(server: server, service: service, health: health, port: port))
        } catch {
            await server.shutdown(grace: .zero)
            throw error
        }
        await server.shutdown(grace: .zero)
    }

    /// A client that speaks HTTP/2.
    func connect(_ configuration: HTTP2Configuration = .init()) async throws -> RawClient {
        try await RawClient.connect(port: port, configuration: configuration)
    }

    /// A client that sends bytes and keeps what comes back.
    func connectBytes() async throws -> ByteClient {
        try await ByteClient.connect(port: port)
    }
}
