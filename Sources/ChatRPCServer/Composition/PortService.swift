import ChatStore
import Logging
import NIOCore
import NIOPosix
import RPCTransport
import ServiceLifecycle

/// The port: listens, says so, and serves until the server is told to stop.
struct PortService: Service {
    let configuration: ServerConfiguration
    let tls: ServerTLS?
    let store: any ChatStore
    let health: HealthService
    let metrics: CallMetrics
    let logger: Logger
    let ready: @Sendable (_ url: String) -> Void

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.eventLoops)
        let responders = ChatResponders(
            store: store, health: health, limits: configuration.limits, transport: configuration.transport,
            observers: [metrics, CallLog(logger)], logger: logger)
        let server = RPCServer(
            router: responders.router, responder: responders.gateway, configuration: configuration.transport,
            tls: tls, group: group, logger: logger)
        do {
            let address = try await server.start(host: configuration.host, port: configuration.port)
            ready(url(of: address))
            try? await gracefulShutdown()
            await server.shutdown(grace: .seconds(configuration.shutdownGraceSeconds))
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    private func url(of address: SocketAddress) -> String {
        let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
        return "\(tls == nil ? "http" : "https")://\(host):\(address.port ?? configuration.port)"
    }
}
