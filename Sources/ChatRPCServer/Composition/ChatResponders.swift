import ChatStore
import GeneratedMessages
import GeneratedRPC
import Logging
import RESTGateway
import RPCCore
import RPCTransport

/// The chat services behind both doors: the same handlers answer gRPC and REST.
struct ChatResponders {
    let router: RPCRouter
    let gateway: RESTGateway

    init(
        store: any ChatStore, health: HealthService, limits: ChatLimits, transport: TransportConfiguration,
        observers: [any CallObserver], logger: Logger
    ) {
        let messages = ChatMessageService(store: store, limits: limits)
        let sessions = ChatSessionService(store: store, limits: limits)
        var router = RPCRouter()
        router.add(messages, observers: observers)
        router.add(sessions, observers: observers)
        router.add(health, observers: observers)
        router.addReflection(of: GeneratedRPCProtoFiles.all + GeneratedMessagesProtoFiles.all)
        var rest = RESTRouter()
        rest.add(messages, observers: observers)
        rest.add(sessions, observers: observers)
        var configuration = RESTConfiguration()
        configuration.maximumTargetBytes = transport.maximumTargetBytes
        configuration.maximumBodyBytes = transport.maximumHTTPBodyBytes
        configuration.statusByReason = Self.statusByReason
        configuration.plainRoutes = ProbeRoutes.make(store: store)
        self.router = router
        self.gateway = RESTGateway(
            router: rest, routes: MessageService.routes + SessionService.routes, configuration: configuration,
            logger: logger)
    }

    /// Where HTTP has a better word than the one for the gRPC code.
    private static let statusByReason = [
        "CONTENT_TOO_LARGE": 413,
        "SESSION_DELETED": 409,
        "EPOCH_STALE": 409,
    ]
}
