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
        interceptors: [any ServerInterceptor], logger: Logger
    ) {
        let messages = ChatMessageService(store: store, limits: limits)
        let sessions = ChatSessionService(store: store, limits: limits)
        var router = RPCRouter()
        router.add(messages, interceptors: interceptors)
        router.add(sessions, interceptors: interceptors)
        router.add(health, interceptors: interceptors)
        router.addReflection(of: GeneratedRPCProtoFiles.all + GeneratedMessagesProtoFiles.all)
        var rest = RESTRouter()
        rest.add(messages, interceptors: interceptors)
        rest.add(sessions, interceptors: interceptors)
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
