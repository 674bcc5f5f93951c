public import RPCCore

/// Counts calls and measures how long they take, by method and status.
///
/// One value serves several registries (gRPC, REST): calls of a method count together, whichever door they came in by.
public final class CallMetrics: CallObserver {
    private let methods = Guarded<[String: MethodMetrics]>([:])

    public init() {}

    public func bound(to method: MethodIdentity) -> any CallObserver { account(of: method) }

    public func callBegan(_ method: MethodIdentity, _ context: ServerContext) {
        account(of: method).callBegan(method, context)
    }

    public func callEnded(
        _ method: MethodIdentity, _ context: ServerContext, _ status: StatusCode, after duration: Duration
    ) {
        account(of: method).callEnded(method, context, status, after: duration)
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
