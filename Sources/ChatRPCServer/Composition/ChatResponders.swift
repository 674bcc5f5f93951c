import ChatStore
import ConnectGateway
import GeneratedMessages
import GeneratedRPC
import Logging
import RESTGateway
import RPCCore
import RPCTransport

/// The chat services behind every door: the same handlers answer gRPC, gRPC-Web, Connect and REST.
struct ChatResponders {
    let router: RPCRouter
    let gateway: ConnectGateway

    init(
        store: any ChatStore, health: HealthService, limits: ChatLimits, transport: TransportConfiguration,
        observers: [any CallObserver], logger: Logger
    ) {
        let messages = ChatMessageService(store: store, limits: limits)
        let sessions = ChatSessionService(store: store, limits: limits)
        var router = RPCRouter()
        var connect = ConnectRouter()
        var rest = RESTRouter()
        let sync = ChatSyncService(store: store, limits: limits)
        for service in [messages, sessions, sync] as [any RPCService] {
            router.add(service, observers: observers)
            connect.add(service, observers: observers)
            rest.add(service, observers: observers)
        }
        router.add(health, observers: observers)
        connect.add(health, observers: observers)
        router.addReflection(of: GeneratedRPCProtoFiles.all + GeneratedMessagesProtoFiles.all)
        var configuration = RESTConfiguration()
        configuration.maximumTargetBytes = transport.maximumTargetBytes
        configuration.maximumBodyBytes = transport.maximumHTTPBodyBytes
        configuration.statusByReason = Self.statusByReason
        configuration.plainRoutes = ProbeRoutes.make(store: store)
        self.router = router
        let gateway = RESTGateway(
            router: rest, routes: MessageService.routes + SessionService.routes + SyncService.routes,
            configuration: configuration,
            logger: logger)
        self.gateway = ConnectGateway(
            router: connect, configuration: Self.connect(transport), next: gateway, logger: logger)
    }

    private static func connect(_ transport: TransportConfiguration) -> ConnectConfiguration {
        var configuration = ConnectConfiguration()
        configuration.maximumMessageBytes = transport.maximumMessageBytes
        configuration.responseCompression = transport.responseCompression
        return configuration
    }

    /// Where HTTP has a better word than the one for the gRPC code.
    private static let statusByReason = [
        "CONTENT_TOO_LARGE": 413,
        "SESSION_DELETED": 409,
        "EPOCH_STALE": 409,
        "CURSOR_EXPIRED": 410,
    ]
}
