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

    /// A channel to a server. Nothing is sent before the first call.
    ///
    /// - Parameter group: where its event loop is taken from; the default is one that all of a process can share.
    public init(
        _ endpoint: Endpoint, configuration: ClientChannelConfiguration = ClientChannelConfiguration(),
        group: (any EventLoopGroup)? = nil
    ) {
        self.configuration = configuration
        let loop = (group ?? MultiThreadedEventLoopGroup.singleton).next()
        self.loop = loop
        let subchannel = NIOLoopBoundBox.makeBoxSendingValue(
            Subchannel(endpoint: endpoint, configuration: configuration, loop: loop), eventLoop: loop)
        commands.attach { commands in
            loop.execute { subchannel.value.run(commands) }
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

    /// A call that is on its way.
    func start(
        _ path: String, message: ByteBuffer?, expectsOneResponse: Bool, options: CallOptions
    ) -> ClientCall {
        let deadline = options.timeout.map { $0 > .zero ? .now() + TimeAmount($0) : .distantPast } ?? .distantFuture
        let request = CallRequest(
            path: path, metadata: options.metadata, deadline: deadline,
            compression: options.compression, message: message, expectsOneResponse: expectsOneResponse)
        let call = ClientCall(request, limits: configuration.callLimits, commands: commands)
        call.start()
        return call
    }
}
