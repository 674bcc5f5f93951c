/// Watches calls begin and end: metrics, logs. It neither waits nor changes anything.
///
/// It is called in the handler's task, on the connection's event loop unless the handler has gone elsewhere: it must not block.
public protocol CallObserver: Sendable {
    /// What watches the calls of one method; asked once per method, when the server is put together. Something that keeps
    /// account per method looks its account up here instead of at each call.
    func bound(to method: MethodIdentity) -> any CallObserver

    /// A handler, or the first interceptor around it, is about to begin.
    func callBegan(_ method: MethodIdentity, _ context: ServerContext)

    /// It has ended.
    ///
    /// - Parameter status: of the call; ``StatusCode/ok`` for one that succeeded.
    func callEnded(_ method: MethodIdentity, _ context: ServerContext, _ status: StatusCode, after duration: Duration)
}

extension CallObserver {
    public func bound(to method: MethodIdentity) -> any CallObserver { self }
    public func callBegan(_ method: MethodIdentity, _ context: ServerContext) {}
}

extension ServerContext {
    /// The status of a call whose handler threw `error`. A handler that was cancelled since its time was up says no more than
    /// that it was cancelled, while its caller is told of the deadline.
    package func statusCode(of error: any Error) -> StatusCode {
        if error is CancellationError, let deadline, deadline <= .now { return .deadlineExceeded }
        return RPCError(handlerError: error).code
    }
}
