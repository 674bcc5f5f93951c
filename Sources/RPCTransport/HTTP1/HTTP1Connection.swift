internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import RPCCore

/// The server's end of one HTTP/1.1 connection, behind NIO's codec and its handler for pipelining (which hands on one
/// request at a time): collects a request, asks the responder, sends the response.
final class HTTP1Connection: ChannelInboundHandler, ServedConnection, @unchecked Sendable {
    // @unchecked Sendable: the responder's task holds on to it, and comes back to the event loop before touching it.
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let configuration: TransportConfiguration
    private let responder: any HTTPResponder
    private let logger: Logger
    private let executor: EventLoopExecutor
    private let eventLoop: any EventLoop
    private let peer: String
    private let peerIdentity: PeerIdentity?

    private var state = HTTP1RequestState()
    private var context: ChannelHandlerContext?
    private var request: HTTPRequest?
    private var body = ByteBuffer()
    private var task: Task<Void, Never>?
    private var timer: Scheduled<Void>?
    private var isShuttingDown = false
    private var hasInputEnded = false
    /// Whether a response is on its way, and the socket has not taken all of it.
    private var isWriting = false
    private var writeTimer: Scheduled<Void>?
    /// A request has come that is answered once the response before it has left: a peer that reads nothing gets no more.
    private var isHeldUp = false

    init(
        responder: any HTTPResponder, configuration: TransportConfiguration, logger: Logger,
        executor: EventLoopExecutor, channel: any Channel, peerIdentity: PeerIdentity? = nil
    ) {
        self.responder = responder
        self.configuration = configuration
        self.logger = logger
        self.executor = executor
        self.eventLoop = channel.eventLoop
        self.peer = channel.remoteAddress?.text ?? ""
        self.peerIdentity = peerIdentity
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        closeAfter(seconds: configuration.headerTimeoutSeconds)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // A client may close its side once it has sent its request, and wait for the answer.
        if case ChannelEvent.inputClosed? = event as? ChannelEvent, state.receiveEndOfInput() {
            hasInputEnded = true
            return isWriting ? () : context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // NIO's error handler, before this one, has answered a request that is no HTTP with 400.
        logger.debug("connection error", metadata: ["peer": "\(peer)", "error": "\(error)"])
        context.close(promise: nil)
    }

    private func end() {
        context = nil
        timer?.cancel()
        writeTimer?.cancel()
        task?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): receive(head, context)
        case .body(let bytes): receive(bytes, context)
        case .end: if state.receiveEnd() == .respond { respond() }
        }
    }

    // MARK: The request

    private func receive(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        closeAfter(seconds: configuration.requestTimeoutSeconds)
        body = ByteBuffer()
        request = HTTPRequest(
            method: head.method.rawValue, target: head.uri, headers: head.headers,
            authority: head.headers.first(name: "host"), peer: peer, version: .http1)
        request?.peerIdentity = peerIdentity
        let facts = HTTP1RequestState.Head(head, configuration: configuration)
        switch state.receiveHead(facts, isLast: isShuttingDown) {
        case .refuse(let status):
            send(.plain(status, HTTPResponseStatus(statusCode: status).reasonPhrase))
        case .sendContinue:
            context.writeAndFlush(wrapOutboundOut(.head(.init(version: .http1_1, status: .continue))), promise: nil)
        case .respond:
            respond()
        case .none, .keep:
            break
        }
    }

    private func receive(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        switch state.receiveBody(bytes.readableBytes, limit: configuration.maximumHTTPBodyBytes) {
        case .keep:
            var bytes = bytes
            body.writeBuffer(&bytes)
        case .respond:
            body = ByteBuffer()
            respond()
        case .none, .refuse, .sendContinue:
            break
        }
    }

    // MARK: The response

    private func respond() {
        timer?.cancel()
        if isWriting {
            isHeldUp = true
            return
        }
        guard var request else { return }
        request.body = state.isBodyTooLarge ? .tooLarge : .complete(body)
        body = ByteBuffer()
        let responder = responder
        var isDone = false
        let task = executor.start { [self, request] in
            let response = await responder.respond(to: request)
            if eventLoop.inEventLoop {
                send(response)
            } else {
                eventLoop.execute { self.send(response) }
            }
        }
        isDone = !state.isResponding
        self.task = isDone ? nil : task
    }

    private func send(_ response: HTTPResponse) {
        task = nil
        guard let context, let answer = state.finish() else { return }
        let isHead = request?.method == "HEAD"
        request = nil
        var head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: response.status))
        for (name, value) in response.headers where !HTTPResponse.isConnectionField(name) {
            head.headers.add(name: name, value: value)
        }
        if response.allowsBody { head.headers.add(name: "content-length", value: "\(response.body.readableBytes)") }
        let isLast = answer == .sendAndClose || isShuttingDown
        if isLast { head.headers.add(name: "connection", value: "close") }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if response.allowsBody, !isHead, response.body.readableBytes > 0 {
            context.write(wrapOutboundOut(.body(.byteBuffer(response.body))), promise: nil)
        }
        let promise = context.eventLoop.makePromise(of: Void.self)
        isWriting = true
        promise.futureResult.assumeIsolated().whenComplete { _ in self.didWrite(isLast: isLast) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: promise)
        if isWriting { watchProgress() }
    }

    private func didWrite(isLast: Bool) {
        isWriting = false
        writeTimer?.cancel()
        if isLast || hasInputEnded || (isShuttingDown && !state.isBusy) { return closeGently() }
        if !state.isBusy { closeAfter(seconds: configuration.idleTimeoutSeconds) }
        if isHeldUp {
            isHeldUp = false
            respond()
        }
    }

    /// Closes the connection of a peer that reads nothing of the response for too long.
    private func watchProgress() {
        let unwritten = unwrittenBytes
        writeTimer = eventLoop.assumeIsolated().scheduleTask(
            in: .seconds(Int64(configuration.writeStallTimeoutSeconds))
        ) {
            guard self.isWriting, let context = self.context else { return }
            if self.unwrittenBytes == unwritten { return context.close(promise: nil) }
            self.watchProgress()
        }
    }

    private var unwrittenBytes: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// Closes our side and gives the peer a moment to read: closing at once, with bytes of its request unread, would make the
    /// system throw away the response (RFC 9112, section 9.6).
    private func closeGently() {
        guard let context else { return }
        if !state.isRequestUnread { return context.close(promise: nil) }
        context.close(mode: .output, promise: nil)
        closeAfter(seconds: 2)
    }

    // MARK: Ends

    /// Ends the connection when the request that is being served, if there is one, has been answered.
    func beginShutdown() {
        isShuttingDown = true
        if !state.isBusy, !isWriting { context?.close(promise: nil) }
    }

    private func closeAfter(seconds: Int) {
        timer?.cancel()
        timer = eventLoop.assumeIsolated().scheduleTask(in: .seconds(Int64(seconds))) {
            self.context?.close(promise: nil)
        }
    }
}
