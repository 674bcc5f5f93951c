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

    let configuration: TransportConfiguration
    let load: ServerLoad
    private let responder: any HTTPResponder
    private let logger: Logger
    private let handlers: HandlerPool
    let eventLoop: any EventLoop
    private let peer: String
    private let peerIdentity: PeerIdentity?

    var state = HTTP1RequestState()
    var context: ChannelHandlerContext?
    var request: HTTPRequest?
    private var body = ByteBuffer() {
        didSet { count() }
    }
    /// The size of the request that the responder is working on.
    private var heldBytes = 0 {
        didSet { count() }
    }
    private var requestBytes: RequestBytes
    /// Requests that the responder has got.
    private var answered = 0
    var task: HandlerTask?
    private var timer: Scheduled<Void>?
    var isShuttingDown = false
    var hasInputEnded = false
    /// Whether a response is on its way, and the socket has not taken all of it.
    var isWriting = false
    var writeTimer: Scheduled<Void>?
    /// Whether the response's head has been written.
    var hasBegun = false
    var isHTTP10 = false
    /// Whether the response comes in parts.
    var isInParts = false
    /// The response ends with the connection, whatever the peer asked for.
    var isClosing = false
    /// A request has come that is answered once the response before it has left: a peer that reads nothing gets no more.
    var isHeldUp = false

    init(
        responder: any HTTPResponder, configuration: TransportConfiguration, load: ServerLoad, logger: Logger,
        handlers: HandlerPool, channel: any Channel, peerIdentity: PeerIdentity? = nil
    ) {
        self.responder = responder
        self.configuration = configuration
        self.load = load
        self.requestBytes = RequestBytes(load: load)
        self.logger = logger
        self.handlers = handlers
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

    /// The peer has closed its side, with requests before that which have not been reached yet, perhaps. Who goes away from a
    /// response that may never end says so like this, and no other way.
    func inputEnded() {
        if isInParts { context?.close(promise: nil) }
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
        isHTTP10 = head.version.major == 1 && head.version.minor == 0
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
            if let refusal = load.refusal(ofRequestWith: body.readableBytes), state.giveUp() {
                body = ByteBuffer()
                send(.refused(refusal))
            }
        case .respond:
            body = ByteBuffer()
            respond()
        case .none, .refuse, .sendContinue:
            break
        }
    }

    // MARK: The response

    func respond() {
        timer?.cancel()
        if isWriting {
            isHeldUp = true
            return
        }
        guard var request else { return }
        request.body = state.isBodyTooLarge ? .tooLarge : .complete(body)
        let size = body.readableBytes
        body = ByteBuffer()
        if let refusal = load.refusal ?? load.refusal(ofRequestWith: size) { return send(.refused(refusal)) }
        answered += 1
        let number = answered
        let responder = responder
        let isHead = request.method == "HEAD"
        let task = handlers.start { [self, request] in
            let response = await responder.respond(to: request)
            if case .parts(let produce) = response.body, response.allowsBody, !isHead {
                await send(response, produce)
            } else {
                onEventLoop { self.send(response) }
            }
        }
        // It may have ended here, and the next one have begun.
        guard state.isResponding, number == answered else { return }
        self.task = task
        load.handlerWaits()
        heldBytes = size
    }

    private func count() {
        requestBytes.add(body.readableBytes + heldBytes - requestBytes.count)
    }

    /// The responder has come to its end.
    func handlerEnded() {
        if task != nil {
            load.handlerEnded()
            heldBytes = 0
        }
        task = nil
    }

    /// At once where that is where we are.
    func onEventLoop(_ body: @escaping @Sendable () -> Void) {
        if eventLoop.inEventLoop {
            body()
        } else {
            eventLoop.execute(body)
        }
    }

    /// Closes our side and gives the peer a moment to read: closing at once, with bytes of its request unread, would make the
    /// system throw away the response (RFC 9112, section 9.6).
    func closeGently() {
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

    func closeAfter(seconds: Int) {
        timer?.cancel()
        timer = eventLoop.assumeIsolated().scheduleTask(in: .seconds(Int64(seconds))) {
            self.context?.close(promise: nil)
        }
    }
}
