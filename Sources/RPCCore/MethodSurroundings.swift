/// What stands around the handler of one method.
struct MethodSurroundings: Sendable {
    let method: MethodIdentity
    /// The first one is outermost.
    private let interceptors: [any ServerInterceptor]
    // Mostly there is one, and going through a list costs more than it does.
    private let firstObserver: (any CallObserver)?
    private let otherObservers: [any CallObserver]

    init(_ method: MethodIdentity, _ interceptors: [any ServerInterceptor], _ observers: [any CallObserver]) {
        self.method = method
        self.interceptors = interceptors.map { $0.bound(to: method) }
        onlyInterceptor = self.interceptors.count == 1 ? self.interceptors[0] : nil
        let bound = observers.map { $0.bound(to: method) }
        firstObserver = bound.first
        otherObservers = Array(bound.dropFirst())
    }

    /// The interceptor, where there is just one: then nothing has to be between it and the handler.
    let onlyInterceptor: (any ServerInterceptor)?

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

    func began(_ context: ServerContext) {
        firstObserver?.callBegan(method, context)
        for observer in otherObservers { observer.callBegan(method, context) }
    }

    func ended(_ context: ServerContext, _ error: (any Error)? = nil) {
        guard let firstObserver else { return }
        let duration = ContinuousClock.now - context.receivedAt
        let status = error.map { context.statusCode(of: $0) } ?? .ok
        firstObserver.callEnded(method, context, status, after: duration)
        for observer in otherObservers { observer.callEnded(method, context, status, after: duration) }
    }
}

extension RPCError {
    static let notHandled = RPCError(.internalError, "the call was not handed on to its handler")
}
