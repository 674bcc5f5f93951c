internal import Logging
internal import NIOCore
internal import RPCCore

/// The server's end of one HTTP/2 connection: the handler that moves bytes between the socket and the session.
///
/// All that was read goes into the session, then the calls that have become ready are started, then everything that they
/// and others have to say leaves in one write, at the end of the read or of the event loop's tick.
///
/// @unchecked Sendable: the list of connections and handlers' tasks hold on to it; it is touched on its event loop only.
final class HTTP2ServerConnection: ChannelInboundHandler, HTTP2SessionDelegate, ServedConnection, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let configuration: TransportConfiguration
    let load: ServerLoad
    let responder: any HTTPResponder
    let logger: Logger
    let eventLoop: any EventLoop
    let handlers: HandlerPool
    let peer: String
    let peerIdentity: PeerIdentity?

    private(set) var session: HTTP2Session!
    @exclusivity(unchecked) var meter: FrameMeter
    var clock: ConnectionClock
    /// The loop's time at the last read: near enough for timeouts, and not asked for once per request.
    @exclusivity(unchecked) private(set) var lastReadAt: NIODeadline
    /// The same for handlers, which know another clock; asked for once per read.
    @exclusivity(unchecked) private var knownInstant: ContinuousClock.Instant?
    @exclusivity(unchecked) var runningHandlers = 0
    /// Parts of requests that are kept, all streams together.
    @exclusivity(unchecked) var requestBytes: RequestBytes
    /// Requests that handlers are working on.
    @exclusivity(unchecked) var heldBytes: RequestBytes
    /// Answers that wait until the peer reads, all streams together.
    @exclusivity(unchecked) var queuedResponseBytes = 0
    @exclusivity(unchecked) var spareMemory = SpareMemory()

    @exclusivity(unchecked) private var headReader: RequestHeadReader
    @exclusivity(unchecked) private var ready: [(stream: ServerStream, action: ServerStreamState.Action)] = []
    private(set) var context: ChannelHandlerContext?
    @exclusivity(unchecked) private var isReading = false
    @exclusivity(unchecked) private var isDrainScheduled = false
    private var isDraining = false
    private var isTerminated = false
    var shutdown = ShutdownStep.none
    /// Whether there was anything to answer when the shutdown began, or since.
    var hasAnswered = false
    /// Set when all has been written: our side is closed behind it, and what still comes is dropped. To close at once, with
    /// bytes unread, would make the system throw away what the peer has not read yet.
    var isLingering = false
    private var timer: RepeatedTask?
    /// What ends a connection that lingers. Each holds all of its memory until it is cancelled.
    var lingerTimers: [Scheduled<Void>] = []
    private(set) var unwritableSince: NIODeadline?
    /// Whether little is read of the peer at once.
    var isReadInBites = false

    enum ShutdownStep {
        case none
        /// The peer has been told; what it sends before it hears that is still taken.
        case noticed
        case refusing
    }

    init(
        router: RPCRouter, responder: any HTTPResponder, configuration: TransportConfiguration, load: ServerLoad,
        logger: Logger, handlers: HandlerPool, channel: any Channel, peerIdentity: PeerIdentity? = nil
    ) {
        self.configuration = configuration
        self.load = load
        self.requestBytes = RequestBytes(load: load)
        self.heldBytes = RequestBytes(load: load)
        self.responder = responder
        self.logger = logger
        self.handlers = handlers
        self.eventLoop = channel.eventLoop
        self.peer = channel.remoteAddress?.text ?? ""
        self.peerIdentity = peerIdentity
        self.lastReadAt = channel.eventLoop.now
        self.headReader = RequestHeadReader(table: router.table)
        self.meter = FrameMeter(configuration: configuration, now: channel.eventLoop.now)
        self.clock = ConnectionClock(
            configuration: configuration, openedAt: channel.eventLoop.now, jitter: .random(in: -1...1))
        self.session = HTTP2Session(role: .server, configuration: configuration.http2, delegate: self)
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let interval = TimeAmount.seconds(Int64(max(1, min(configuration.headerTimeoutSeconds, 30) / 3)))
        // Held by the timer until `end`.
        timer = eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            self.checkTimeouts()
        }
        needsDrain()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isLingering { return }
        isReading = true
        lastReadAt = eventLoop.now
        knownInstant = nil
        let bytes = unwrapInboundIn(data)
        do throws(HTTP2SessionError) {
            try bytes.withUnsafeReadableBytes { bytes throws(HTTP2SessionError) in try session.receive(bytes) }
        } catch {
            logger.debug("closing a connection", metadata: ["peer": "\(peer)", "error": "\(error)"])
            // What was wrong may be known already; if not, it was too much at once.
            if !isTerminated { session.terminate(.enhanceYourCalm) }
        }
        startReady()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        drain()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        unwritableSince = context.channel.isWritable ? nil : eventLoop.now
        if context.channel.isWritable { drain() }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // HTTP/2 has no use for a connection that is half open.
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.debug("connection error", metadata: ["peer": "\(peer)", "error": "\(error)"])
        context.close(promise: nil)
    }

    private func end() {
        guard context != nil else { return }
        context = nil
        timer?.cancel()
        timer = nil
        for timer in lingerTimers { timer.cancel() }
        lingerTimers = []
        ready.removeAll()
        session.closeAllStreams(.cancel)
    }

    /// When the bytes were read that are being worked off.
    var instantOfRead: ContinuousClock.Instant {
        if let knownInstant { return knownInstant }
        let now = ContinuousClock.now
        knownInstant = now
        return now
    }

    // MARK: Starting what is ready

    func readHead(_ headers: borrowing ReceivedHeaders) -> RequestHead {
        headReader.read(headers)
    }

    func makeReady(_ stream: ServerStream, _ action: ServerStreamState.Action) {
        ready.append((stream, action))
    }

    private func startReady() {
        // A handler may run here, until it first suspends. It can't add to the list.
        for (stream, action) in ready { stream.performReady(action) }
        ready.removeAll(keepingCapacity: ready.count <= 1_024)
    }

    // MARK: Writing

    /// Something has been submitted to the session. It goes out with everything else of this tick.
    func needsDrain() {
        guard !isReading, !isDrainScheduled else { return }
        isDrainScheduled = true
        eventLoop.assumeIsolated().execute { self.drain() }
    }

    private func drain() {
        isDrainScheduled = false
        // A write may tell us that the channel has become writable again: the loop below will see that.
        guard let context, !isDraining, !isLingering else { return }
        isDraining = true
        defer { isDraining = false }
        let limit = configuration.maximumQueuedBytesPerConnection
        do throws(HTTP2SessionError) {
            while context.channel.isWritable {
                let hasMore = try session.drain(upTo: limit)
                write(context)
                if !hasMore { break }
            }
        } catch {
            logger.debug("closing a connection", metadata: ["peer": "\(peer)", "error": "\(error)"])
            return context.close(promise: nil)
        }
        if session.output.storageCapacity > limit { session.output = ByteBuffer() }
        if session.isFinished || isDrained { finish(context) }
    }

    private func write(_ context: ChannelHandlerContext) {
        guard session.output.readableBytes > 0 else { return }
        context.writeAndFlush(wrapOutboundOut(session.output), promise: nil)
        // If the socket took it all, the buffer is ours alone again and is used again.
        session.output.clear()
    }

    // MARK: The session's events

    func openStream(id: Int32) -> HTTP2Stream? {
        if shutdown != .none { hasAnswered = true }
        return ServerStream(connection: self)
    }

    func didReceiveSettings() {}
    func didReceiveGoAway(lastStreamID: Int32, code: HTTP2ErrorCode, debug: String) {}

    func didReceivePing(isAcknowledgement: Bool, payload: UInt64) {
        if isAcknowledgement {
            shutdownPingAnswered(payload)
        } else {
            count(.ping)
        }
    }

    func didReceive(_ frame: FrameMeter.Frame) {
        count(frame)
    }

    func didReceiveBody() { meter.receivedBody() }
    func didSendBody(_ count: Int, isAllThatWaited: Bool) {
        meter.sent(bodyBytes: count, isAllThatWaited: isAllThatWaited)
    }
    func didAnswer() { meter.answered() }

    private func count(_ frame: FrameMeter.Frame) {
        guard meter.received(frame, now: lastReadAt), !isTerminated else {
            if frame == .reset, !isReadInBites, meter.isResettingOften { readInBites() }
            return
        }
        isTerminated = true
        logger.debug("closing a connection: too many frames that ask for nothing", metadata: ["peer": "\(peer)"])
        session.terminate(.enhanceYourCalm, debug: frame == .ping ? "too_many_pings" : "")
        needsDrain()
    }
}

extension SocketAddress {
    /// `address:port`, or the path of a Unix socket.
    var text: String {
        guard let ipAddress, let port else { return pathname ?? "" }
        return ipAddress.contains(":") ? "[\(ipAddress)]:\(port)" : "\(ipAddress):\(port)"
    }
}
