/// Stands around handlers: may refuse a call before its handler sees it, wait for something first, and change how it ends.
///
/// It runs where the handler runs, in the handler's task, once the request has been decoded (of the streaming kinds: as soon
/// as the call has begun). What it throws is the call's status, as with a handler. What only watches calls is a
/// ``CallObserver``, which costs less. Calls that never reach a handler, since there is no such method or the request can't be
/// decoded, pass neither.
public protocol ServerInterceptor: Sendable {
    /// What stands around the calls of one method; asked once per method, when the server is put together.
    func bound(to method: MethodIdentity) -> any ServerInterceptor

    /// Serves one call.
    ///
    /// - Parameter next: the rest of the interceptors, and the handler; to be called once, or not at all where the call is
    ///   refused with an error. It returns when the handler has returned.
    func intercept(_ method: MethodIdentity, _ context: ServerContext, next: () async throws -> Void) async throws
}

extension ServerInterceptor {
    public func bound(to method: MethodIdentity) -> any ServerInterceptor { self }
}

extension MethodRegistry {
    /// Puts in every method of a service.
    ///
    /// - Parameters:
    ///   - interceptors: what stands around each of its handlers; the first one outermost.
    ///   - observers: what watches its calls, from outside of all interceptors.
    public mutating func add(
        _ service: some RPCService, interceptors: [any ServerInterceptor] = [], observers: [any CallObserver] = []
    ) {
        if interceptors.isEmpty && observers.isEmpty { return service.register(in: &self) }
        var registry = SurroundingRegistry(base: self, interceptors: interceptors, observers: observers)
        service.register(in: &registry)
        self = registry.base
    }
}
