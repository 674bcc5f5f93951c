public import GeneratedRPC
internal import ProtobufRuntime
public import RPCCore

/// `grpc.health.v1.Health`: whether the server as a whole (the service named "") and each of its services can work now.
public final class HealthService: HealthHandler, Sendable {
    public typealias ServingStatus = HealthCheckResponse.ServingStatus

    private struct State {
        var statuses: [String: ServingStatus]
        var watchers: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextWatcher = 0
    }

    private let state: Guarded<State>

    /// The status of the server as a whole is there from the beginning.
    public init(overall: ServingStatus = .serving) {
        state = Guarded(State(statuses: ["": overall]))
    }

    /// Sets the status of a service; "" is the server as a whole.
    public func set(_ status: ServingStatus, service: String = "") {
        let watchers = state.withLock { state in
            state.statuses[service] = status
            return Array(state.watchers.values)
        }
        for watcher in watchers { watcher.yield() }
    }

    public func status(service: String = "") -> ServingStatus? {
        state.withLock { $0.statuses[service] }
    }

    public func check(_ request: HealthCheckRequest, context: ServerContext) async throws -> HealthCheckResponse {
        guard let status = status(service: request.service) else {
            throw RPCError(.notFound, "there is no such service", reason: "SERVICE_UNKNOWN")
        }
        return HealthCheckResponse.with { $0.status = status }
    }

    /// More are not listed (health.proto, List).
    private static let mostListed = 100

    public func list(_ request: HealthListRequest, context: ServerContext) async throws -> HealthListResponse {
        let statuses = state.withLock { $0.statuses }
        guard statuses.count <= Self.mostListed else {
            throw RPCError(
                .resourceExhausted, "there are more than \(Self.mostListed) services: ask for one",
                reason: "TOO_MANY_SERVICES")
        }
        return HealthListResponse.with { response in
            for (service, status) in statuses {
                response.statuses[service] = HealthCheckResponse.with { $0.status = status }
            }
        }
    }

    public func watch(
        _ request: HealthCheckRequest, responses: MessageWriter<HealthCheckResponse>, context: ServerContext
    ) async throws {
        let service = request.service
        // One wake-up that waits is enough: what is sent is the status at the time.
        let (changes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = addWatcher(continuation)
        defer { removeWatcher(id) }
        var last: ServingStatus?
        continuation.yield()
        for await _ in changes {
            // A service that is unknown may become known: that is not an error here (health.proto, Watch).
            let status = status(service: service) ?? .serviceUnknown
            if status == last { continue }
            last = status
            try await responses.write(HealthCheckResponse.with { $0.status = status })
        }
        throw CancellationError()
    }

    private func addWatcher(_ continuation: AsyncStream<Void>.Continuation) -> Int {
        state.withLock { state in
            state.nextWatcher += 1
            state.watchers[state.nextWatcher] = continuation
            return state.nextWatcher
        }
    }

    private func removeWatcher(_ id: Int) {
        _ = state.withLock { $0.watchers.removeValue(forKey: id) }
    }
}
