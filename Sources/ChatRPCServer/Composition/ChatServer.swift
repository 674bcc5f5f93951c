import ChatStore
import GeneratedRPC
public import Logging
import RPCTransport
import ServiceLifecycle
import UnixSignals

/// A whole server: a store, the chat services on it, and one port that speaks gRPC and REST.
public struct ChatServer: Sendable {
    private let configuration: ServerConfiguration
    private let logger: Logger

    public init(configuration: ServerConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Serves until the task is cancelled or SIGINT or SIGTERM comes; then finishes the calls under way and returns.
    ///
    /// - Parameter ready: Called once, with the base URL, when the port is listening.
    /// - Throws: What keeps the server from starting, or what no retry can mend.
    public func run(ready: @escaping @Sendable (_ url: String) -> Void) async throws {
        try ListenAddress.check(configuration)
        let tls = try configuration.tls.map { try ServerTLS($0) }
        let store = try StoreFactory.make(configuration, logger: logger)
        let health = HealthService(overall: .notServing)
        let metrics = CallMetrics()
        let port = PortService(
            configuration: configuration, tls: tls, store: store, health: health, metrics: metrics, logger: logger,
            ready: ready)
        let metricsPort = configuration.metricsPort.map { MetricsPort(port: $0, metrics: metrics, logger: logger) }
        let reloader = tls.map {
            CertificateReloader(tls: $0, intervalSeconds: configuration.tlsReloadSeconds, logger: logger)
        }
        // They end in the opposite order: not ready, then the port, then the store that calls under way still need.
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: StoreService(store: store)),
                    .init(service: port),
                    .init(service: ReadinessMonitor(store: store, health: health)),
                ] + (reloader.map { [.init(service: $0)] } ?? []) + (metricsPort.map { [.init(service: $0)] } ?? []),
                gracefulShutdownSignals: [.sigint, .sigterm],
                logger: logger))
        try await group.run()
    }
}

/// Keeps the store running until all that use it have ended.
struct StoreService: Service {
    let store: any ChatStore

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await store.run() }
    }
}
