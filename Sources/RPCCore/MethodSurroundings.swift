/// What stands around the handler of one method.
struct MethodSurroundings: Sendable {
    private let method: MethodIdentity
    /// The first one is outermost.
    private let interceptors: [any ServerInterceptor]
    private let observers: [any CallObserver]

    init(_ method: MethodIdentity, _ interceptors: [any ServerInterceptor], _ observers: [any CallObserver]) {
        self.method = method
        self.interceptors = interceptors.map { $0.bound(to: method) }
        self.observers = observers.map { $0.bound(to: method) }
    }

    var isIntercepted: Bool { !interceptors.isEmpty }

    /// Runs the interceptors from that one on, and the handler inside them; there is at least that one.
    func intercept(from first: Int = 0, _ context: ServerContext, _ handler: () async throws -> Void) async throws {
        guard first < interceptors.count - 1 else {
            return try await interceptors[first].intercept(method, context, next: handler)
        }
        try await interceptors[first].intercept(method, context) {
            try await intercept(from: first + 1, context, handler)
        }
    }

    // MARK: Observers

    /// Returns when the call began, if anyone wants to know.
    func began(_ context: ServerContext) -> ContinuousClock.Instant? {
        guard !observers.isEmpty else { return nil }
        for observer in observers { observer.callBegan(method, context) }
        return .now
    }

    func ended(_ context: ServerContext, since start: ContinuousClock.Instant?, _ error: (any Error)? = nil) {
        guard let start else { return }
        let duration = ContinuousClock.now - start
        let status = error.map { context.statusCode(of: $0) } ?? .ok
        for observer in observers { observer.callEnded(method, context, status, after: duration) }
    }
}

extension RPCError {
    static let notHandled = RPCError(.internalError, "the call was not handed on to its handler")
}
