public import RPCCore

/// Counts calls and measures how long they take, by method and status; an interceptor.
///
/// One value serves several registries (gRPC, REST): calls of a method count together, whichever door they came in by.
public final class CallMetrics: ServerInterceptor {
    private let methods = Guarded<[String: MethodMetrics]>([:])

    public init() {}

    public func bound(to method: MethodIdentity) -> any ServerInterceptor { account(of: method) }

    public func intercept<Answer: Sendable>(
        _ method: MethodIdentity, _ context: ServerContext, next: () async throws -> Answer
    ) async throws -> Answer {
        try await account(of: method).intercept(method, context, next: next)
    }

    /// Handlers that run now, of all methods.
    public var runningCalls: Int {
        accounts.reduce(0) { $0 + Int($1.snapshot.running) }
    }

    /// In the order of their paths.
    var accounts: [MethodMetrics] {
        methods.withLock { Array($0.values) }.sorted { $0.method.path < $1.method.path }
    }

    private func account(of method: MethodIdentity) -> MethodMetrics {
        methods.withLock { methods in
            if let known = methods[method.path] { return known }
            let account = MethodMetrics(method)
            methods[method.path] = account
            return account
        }
    }
}
