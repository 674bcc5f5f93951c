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
    let responder: any HTTPResponder
    let logger: Logger
    let eventLoop: any EventLoop
    let executor: EventLoopExecutor
    let peer: String

    private(set) var session: HTTP2Session!
    /// The loop's time at the last read: near enough for timeouts, and not asked for once per request.
    @exclusivity(unchecked) private(set) var lastReadAt: NIODeadline
    @exclusivity(unchecked) var runningHandlers = 0
    @exclusivity(unchecked) var bufferedRequestBytes = 0
    /// Answers that wait until the peer reads, all streams together.
    @exclusivity(unchecked) var queuedResponseBytes = 0
    @exclusivity(unchecked) var spareMemory = SpareMemory()

    @exclusivity(unchecked) private var headReader: RequestHeadReader
    @exclusivity(unchecked) private var ready: [(stream: ServerStream, action: ServerStreamState.Action)] = []
    private var context: ChannelHandlerContext?
    @exclusivity(unchecked) private var isReading = false
    @exclusivity(unchecked) private var isDrainScheduled = false
    private var isDraining = false
    private var shutdown = ShutdownStep.none
    /// Whether there was anything to answer when the shutdown began, or since.
    private var hasAnswered = false
    /// Set when all has been written: our side is closed behind it, and what still comes is dropped. To close at once, with
    /// bytes unread, would make the system throw away what the peer has not read yet.
    private var isLingering = false
    private var timer: RepeatedTask?
    private var headersSince: NIODeadline?
    private var stalledSince: NIODeadline?

    private enum ShutdownStep {
        case none
        /// The peer has been told; what it sends before it hears that is still taken.
        case noticed
        case refusing
    }

    init(
        router: RPCRouter, responder: any HTTPResponder, configuration: TransportConfiguration, logger: Logger,
        executor: EventLoopExecutor, channel: any Channel
    ) {
        self.configuration = configuration
        self.responder = responder
        self.logger = logger
        self.executor = executor
        self.eventLoop = channel.eventLoop
        self.peer = channel.remoteAddress?.text ?? ""
        self.lastReadAt = channel.eventLoop.now
        self.headReader = RequestHeadReader(table: router.table)
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
        let bytes = unwrapInboundIn(data)
        do throws(HTTP2SessionError) {
            try bytes.withUnsafeReadableBytes { bytes throws(HTTP2SessionError) in try session.receive(bytes) }
        } catch {
            logger.debug("closing a connection", metadata: ["peer": "\(peer)", "error": "\(error)"])
            return context.close(promise: nil)
        }
        startReady()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        drain()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stalledSince = context.channel.isWritable ? nil : eventLoop.now
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
        ready.removeAll()
        session.closeAllStreams(.cancel)
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

    /// Ends the connection behind what has been written, which the socket may not have taken yet.
    private func finish(_ context: ChannelHandlerContext) {
        let unwritten = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        let seconds =
            isDrained && unwritten > 0 ? configuration.lingerTimeoutSeconds : min(2, configuration.lingerTimeoutSeconds)
        if isDrained, !hasAnswered, unwritten == 0 { return context.close(promise: nil) }
        isLingering = true
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { _ in
            self.eventLoop.assumeIsolated().scheduleTask(in: .seconds(Int64(seconds))) {
                self.context?.close(promise: nil)
            }
        }
        context.close(mode: .output, promise: promise)
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

    func didReceivePing(isAcknowledgement: Bool, payload: UInt64) {
        if isAcknowledgement, shutdown == .noticed { refuseNewStreams() }
    }

    func didReceiveGoAway(lastStreamID: Int32, code: HTTP2ErrorCode, debug: String) {}

    // MARK: Shutting down

    /// Asks the peer to go elsewhere, serves what it has sent until it has heard that, and ends when all is answered.
    func beginShutdown() {
        guard context != nil, shutdown == .none else { return }
        shutdown = .noticed
        hasAnswered = session.openStreams > 0
        session.submitShutdownNotice()
        // When the answer to this comes, everything that was sent before the notice was heard has come as well.
        session.submitPing(0)
        eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { self.refuseNewStreams() }
        needsDrain()
    }

    private func refuseNewStreams() {
        guard context != nil, shutdown == .noticed else { return }
        shutdown = .refusing
        session.submitGoAway(.noError)
        needsDrain()
    }

    private var isDrained: Bool {
        shutdown == .refusing && session.openStreams == 0 && !session.wantsWrite
    }

    // MARK: Timeouts

    private func checkTimeouts() {
        guard let context else { return }
        let now = eventLoop.now
        if let stalledSince, now - stalledSince >= .seconds(Int64(configuration.writeStallTimeoutSeconds)) {
            return context.close(promise: nil)
        }
        guard session.isReceivingHeaders else {
            headersSince = nil
            return checkStreams(now)
        }
        let since = headersSince ?? now
        headersSince = since
        if now - since >= .seconds(Int64(configuration.headerTimeoutSeconds)) {
            session.terminate(.enhanceYourCalm)
            needsDrain()
        }
    }

    private func checkStreams(_ now: NIODeadline) {
        if session.openStreams == 0 {
            if now - lastReadAt >= .seconds(Int64(configuration.idleTimeoutSeconds)) {
                session.terminate(.noError)
                needsDrain()
            }
            return
        }
        let requestLimit = TimeAmount.seconds(Int64(configuration.requestTimeoutSeconds))
        let stallLimit = TimeAmount.seconds(Int64(configuration.writeStallTimeoutSeconds))
        session.forEachOpenStream { stream in
            guard let stream = stream as? ServerStream else { return }
            let isLate = stream.state.isCollecting && now - stream.startedAt >= requestLimit
            guard isLate || stream.isStalled(since: now - stallLimit, now: now) else { return }
            session.reset(stream, .cancel)
            needsDrain()
        }
    }
}

extension SocketAddress {
    /// `address:port`, or the path of a Unix socket.
    var text: String {
        guard let ipAddress, let port else { return pathname ?? "" }
        return ipAddress.contains(":") ? "[\(ipAddress)]:\(port)" : "\(ipAddress):\(port)"
    }
}
