/// Stands around handlers: sees each call begin and end, may refuse it, and may change how it ends.
///
/// It runs where the handler runs, in the handler's task, once the request has been decoded (of the streaming kinds: as soon
/// as the call has begun). What it throws is the call's status, as with a handler. Calls that never reach a handler,
/// since there is no such method or the request can't be decoded, don't pass it.
public protocol ServerInterceptor: Sendable {
    /// What stands around the calls of one method; asked once per method, when the server is put together. Something that
    /// keeps account per method looks its account up here instead of at each call.
    func bound(to method: MethodIdentity) -> any ServerInterceptor

    /// Serves one call.
    ///
    /// - Parameter next: the rest of the interceptors, and the handler. Called once, or not at all where the call is refused
    ///   with an error. It returns when the handler has returned; of the kinds that answer with a stream the answer is `Void`.
    func intercept<Answer: Sendable>(
        _ method: MethodIdentity, _ context: ServerContext, next: () async throws -> Answer
    ) async throws -> Answer
}

extension ServerInterceptor {
    public func bound(to method: MethodIdentity) -> any ServerInterceptor { self }
}

extension MethodRegistry {
    /// Puts in every method of a service.
    ///
    /// - Parameter interceptors: what stands around each of its handlers; the first one outermost.
    public mutating func add(_ service: some RPCService, interceptors: [any ServerInterceptor] = []) {
        guard !interceptors.isEmpty else { return service.register(in: &self) }
        var registry = InterceptingRegistry(base: self, interceptors: interceptors)
        service.register(in: &registry)
        self = registry.base
    }
}
