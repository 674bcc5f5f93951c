public import NIOCore
import NIOPosix
import ProtobufRuntime
import RPCCore

/// gRPC calls to one server, over one HTTP/2 connection.
///
/// It connects with the first call, and again after the connection is lost, waiting longer from failure to failure
/// (``ConnectionBackoff``). Until then calls fail with UNAVAILABLE and a `retryDelay`. A call that the server surely did not
/// process (RFC 9113 §8.7) is made again, once, without anyone noticing.
///
/// More calls than the server allows streams wait their turn. Every call ends by its deadline; cancelling the task that
/// makes it ends it at once, here and (by RST_STREAM) at the server, with CANCELLED.
public final class HTTP2ClientChannel: Sendable {
    let configuration: ClientChannelConfiguration
    private let commands = CommandQueue()
    private let loop: any EventLoop
    /// Nil where nothing is configured for any method.
    private let service: ServiceTable?

    /// A channel to a server. Nothing is sent before the first call.
    ///
    /// - Parameter group: where its event loop is taken from; the default is one that all of a process can share.
    public convenience init(
        _ endpoint: Endpoint, configuration: ClientChannelConfiguration = ClientChannelConfiguration(),
        group: (any EventLoopGroup)? = nil
    ) {
        self.init(ClientTarget(endpoint), configuration: configuration, group: group)
    }

    /// A channel to the servers of a target; which of them gets a call is said by `configuration.loadBalancing`.
    public init(
        _ target: ClientTarget, configuration: ClientChannelConfiguration = ClientChannelConfiguration(),
        group: (any EventLoopGroup)? = nil
    ) {
        self.configuration = configuration
        service = ServiceTable(configuration.service)
        let loop = (group ?? MultiThreadedEventLoopGroup.singleton).next()
        self.loop = loop
        let core = NIOLoopBoundBox.makeBoxSendingValue(
            ChannelCore(target: target, configuration: configuration, loop: loop), eventLoop: loop)
        commands.attach { commands in
            loop.execute { core.value.run(commands) }
        }
    }

    deinit {
        commands.submit(.close(nil))
    }

    /// Ends all calls with CANCELLED and closes the connection. Calls that are made later end with CANCELLED, too.
    public func close() async {
        let promise = loop.makePromise(of: Void.self)
        commands.submit(.close(promise))
        // It never fails.
        try? await promise.futureResult.get()
    }

    // MARK: Calls

    /// A call that is on its way, and its own way of repeating it.
    enum StartedCall {
        case once(ClientCall)
        case retried(RetriedCall)
        case hedged(HedgedCall)
    }

    /// Without a service configuration this adds to a call that one look.
    func start<Request, Response>(
        _ method: MethodDescriptor<Request, Response>, message: ByteBuffer?, expectsOneResponse: Bool,
        options: CallOptions
    ) -> StartedCall {
        var request = CallRequest(
            path: method.path, metadata: options.metadata, deadline: Self.deadline(options.timeout),
            waitsForReady: options.waitForReady ?? false, compression: options.compression, message: message,
            expectsOneResponse: expectsOneResponse)
        guard let service, let configured = service.method(service: method.service, name: method.name) else {
            return .once(start(request))
        }
        if let timeout = configured.timeout { request.deadline = min(request.deadline, Self.deadline(timeout)) }
        request.waitsForReady = options.waitForReady ?? configured.waitForReady ?? false
        switch configured.repetition {
        case .retry(let policy): return .retried(retried(request, policy, service.throttle))
        case .hedge(let policy) where method.kind == .unary: return .hedged(hedged(request, policy, service.throttle))
        case .hedge, .never: return .once(start(request))
        }
    }

    private static func deadline(_ timeout: Duration?) -> NIODeadline {
        timeout.map { $0 > .zero ? .now() + TimeAmount($0) : .distantPast } ?? .distantFuture
    }

    private func start(_ request: CallRequest) -> ClientCall {
        let call = ClientCall(request, limits: configuration.callLimits, commands: commands)
        call.start()
        return call
    }

    private func retried(
        _ request: CallRequest, _ policy: CallRetryPolicy, _ throttle: RetryThrottle?
    ) -> RetriedCall {
        let (limits, commands) = (configuration.callLimits, commands)
        return RetriedCall(
            policy, deadline: request.deadline, maximumSentBytes: configuration.maximumRetryBytesPerCall,
            throttle: throttle
        ) { previousAttempts, deadline in
            var request = request
            request.previousAttempts = previousAttempts
            request.deadline = deadline
            return ClientCall(request, limits: limits, commands: commands)
        }
    }

    private func hedged(_ request: CallRequest, _ policy: CallHedgingPolicy, _ throttle: RetryThrottle?) -> HedgedCall {
        let (limits, commands) = (configuration.callLimits, commands)
        return HedgedCall(policy: policy, throttle: throttle) { previousAttempts in
            var request = request
            request.previousAttempts = previousAttempts
            return ClientCall(request, limits: limits, commands: commands)
        }
    }
}
