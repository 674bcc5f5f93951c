import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import RPCTransport
import ServiceLifecycle

/// A listener of its own for those who watch the server, on the loopback interface only: `GET /metrics`.
struct MetricsPort: Service {
    /// 0 takes a free one; the log says which.
    let port: Int
    let metrics: CallMetrics
    let logger: Logger

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var configuration = TransportConfiguration()
        configuration.maximumConnections = 64
        let server = RPCServer(
            router: RPCRouter(), responder: MetricsResponder(metrics: metrics), configuration: configuration,
            group: group, logger: logger)
        do {
            let address = try await server.start(host: "127.0.0.1", port: port)
            logger.notice("metrics are at http://127.0.0.1:\(address.port ?? port)/metrics")
            try? await gracefulShutdown()
            await server.shutdown(grace: .seconds(1))
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }
}

/// Answers `/metrics`, and nothing else.
private struct MetricsResponder: HTTPResponder {
    let metrics: CallMetrics

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        guard request.target.prefix(while: { $0 != "?" }) == "/metrics" else { return text(404, "see /metrics\n") }
        guard ["GET", "HEAD"].contains(request.method) else {
            var response = text(405, "GET or HEAD\n")
            response.headers.add(name: "allow", value: "GET, HEAD")
            return response
        }
        return text(200, metrics.prometheusText(), type: "text/plain; version=0.0.4; charset=utf-8")
    }

    private func text(
        _ status: Int, _ words: String, type: String = "text/plain; charset=utf-8"
    ) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: ["content-type": type, "cache-control": "no-store"],
            body: ByteBuffer(string: words))
    }
}
