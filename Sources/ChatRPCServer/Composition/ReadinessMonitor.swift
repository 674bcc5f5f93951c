import ChatStore
import GeneratedMessages
import GeneratedRPC
import RPCTransport
import ServiceLifecycle

/// Tells the health service whether the store can work, as often as it changes.
struct ReadinessMonitor: Service {
    let store: any ChatStore
    let health: HealthService

    /// How long a change may go unnoticed.
    private static let pause = Duration.milliseconds(200)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var last: Bool?
            while !Task.isCancelled {
                let usable = store.isUsable
                if usable != last { set(usable ? .serving : .notServing) }
                last = usable
                try? await Task.sleep(for: Self.pause)
            }
            set(.notServing)
        }
    }

    /// The server as a whole and each of its services.
    private func set(_ status: HealthService.ServingStatus) {
        for service in ["", MessageService.name, SessionService.name, SyncService.name] {
            health.set(status, service: service)
        }
    }
}
