import NIOCore
import RPCCore

/// One HTTP/2 connection: bytes from the socket go into the session, frames out of it to the socket, once per tick.
///
/// Everything happens on the connection's event loop.
final class ClientConnection: ChannelInboundHandler, HTTP2SessionDelegate {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Frames of about that many bytes go to the socket at a time.
    private static let writeBytes = 256 * 1024

    private(set) var session: HTTP2Session!
    /// Why every call on this connection ends, once it is gone.
    private(set) var loss: CallEnd?
    /// Streams above it were surely not processed (GOAWAY).
    private(set) var lastStreamID = Int32.max
    /// Whether a call was ever answered.
    private(set) var isProductive = false

    let owner: Subchannel
    private var context: ChannelHandlerContext?
    private var isStarted = false
    private var hasSettings = false
    private var isRetired = false
    private var timeout: Scheduled<Void>?
    // For what time does.
    var clock = ClientConnectionClock()
    var keepaliveTimer: Scheduled<Void>?
    var idleTimer: Scheduled<Void>?
    /// How often bytes have come.
    private(set) var reads = 0
    /// How many calls were begun.
    var calls = 0

    init(owner: Subchannel) {
        self.owner = owner
        session = HTTP2Session(role: .client, configuration: owner.configuration.http2, delegate: self)
    }

    // MARK: Orders from the owner

    /// The channel is connected: says hello, and waits for the server's SETTINGS until the deadline.
    func start(deadline: NIODeadline) {
        guard let context else { return }
        isStarted = true
        let this = NIOLoopBound(self, eventLoop: context.eventLoop)
        timeout = context.eventLoop.scheduleTask(deadline: deadline) {
            this.value.close(.failed(.unavailable, "the server sent no HTTP/2 settings in time"))
        }
        flush()
        if hasSettings { didReceiveSettings() }
    }

    var hasRoom: Bool {
        session.openStreams < Int(session.peerMaximumConcurrentStreams)
    }

    /// Writes what the session has to say.
    func flush() {
        guard let context, isStarted, loss == nil else { return }
        do {
            var isMore = session.wantsWrite
            while isMore, context.channel.isWritable {
                isMore = try session.drain(upTo: Self.writeBytes)
                guard session.output.readableBytes > 0 else { break }
                // Out of the session first: a write may call back, and that flush again.
                let frames = session.output
                session.output = context.channel.allocator.buffer(capacity: 4096)
                context.writeAndFlush(wrapOutboundOut(frames), promise: nil)
            }
            if session.isFinished { close(.failed(.unavailable, "the connection has ended")) }
        } catch {
            close(.failed(.unavailable, "the connection broke", cause: error))
        }
    }

    /// Closes when the calls on it are over.
    func retire() {
        isRetired = true
        closeIfDone()
    }

    func closeIfDone() {
        guard isRetired, session.openStreams == 0 else { return }
        isRetired = false
        shutdown()
    }

    /// Says goodbye and closes.
    func shutdown() {
        session.submitGoAway(.noError)
        flush()
        close(.failed(.cancelled, "the client is closed"))
    }

    var configuration: ClientChannelConfiguration { owner.configuration }
    var eventLoop: (any EventLoop)? { context?.eventLoop }
    var closeFuture: EventLoopFuture<Void>? { context?.channel.closeFuture }

    /// A call on this connection got an answer.
    func didAnswer() {
        isProductive = true
        owner.madeProgress()
    }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard loss == nil else { return }
        reads &+= 1
        do {
            try unwrapInboundIn(data).withUnsafeReadableBytes { bytes throws(HTTP2SessionError) in
                try session.receive(bytes)
            }
        } catch {
            flush()
            close(.failed(.unavailable, "the server broke HTTP/2", cause: error))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        owner.core.dispatch()
        flush()
        closeIfDone()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        flush()
    }

    func channelInactive(context: ChannelHandlerContext) {
        lose(.failed(.unavailable, "the connection was closed by the server"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // With TLS 1.3 a server says only after the client's handshake that it does not accept its certificate.
        let words = TLSFailure.words(for: error).map { ": " + $0 } ?? ""
        close(.failed(.unavailable, "the connection broke" + words, cause: error))
    }

    func close(_ end: CallEnd) {
        lose(end)
        context?.close(promise: nil)
    }

    private func lose(_ end: CallEnd) {
        guard loss == nil else { return }
        loss = end
        timeout?.cancel()
        keepaliveTimer?.cancel()
        idleTimer?.cancel()
        guard isStarted else { return }
        owner.takesNoCalls(self, cutsOff: session.openStreams > 0, because: end)
        session.closeAllStreams(.noError)
        owner.remove(self)
    }

    // MARK: Session

    func openStream(id: Int32) -> HTTP2Stream? {
        nil
    }

    func didReceiveSettings() {
        hasSettings = true
        guard isStarted, let timeout else { return }
        timeout.cancel()
        self.timeout = nil
        startTimers()
        owner.isReady(self)
    }

    func didReceivePing(isAcknowledgement: Bool, payload: UInt64) {}

    func didReceiveGoAway(lastStreamID: Int32, code: HTTP2ErrorCode, debug: String) {
        self.lastStreamID = lastStreamID
        owner.takesNoCalls(self, because: .failed(.unavailable, "the server is going away"))
    }
}
