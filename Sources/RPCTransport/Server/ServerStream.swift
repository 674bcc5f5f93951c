internal import CNghttp2
internal import NIOCore
internal import RPCCore
internal import Synchronization

/// One request on an HTTP/2 connection and its answer. It performs what ``ServerStreamState`` says.
///
/// @unchecked Sendable: handlers' tasks hold on to it, but everything in it is touched on its connection's event loop only;
/// what a handler calls goes there first (`onEventLoop`).
final class ServerStream: HTTP2Stream, @unchecked Sendable {
    let connection: HTTP2ServerConnection
    let startedAt: NIODeadline

    @exclusivity(unchecked) var state = ServerStreamState()
    @exclusivity(unchecked) var incoming: MessageDeframer
    /// DATA that the peer's window does not have back yet.
    @exclusivity(unchecked) var unconsumedBytes = 0
    /// What of this stream counts in the connection's `requestBytes`.
    @exclusivity(unchecked) var countedBytes = 0
    /// The size of the message that was taken last, decompressed.
    @exclusivity(unchecked) var lastMessageSize = 0
    /// The size of the request that the handler has, where that is one message.
    @exclusivity(unchecked) var requestSize = 0
    /// Since when the message that is coming has not been there as a whole.
    @exclusivity(unchecked) var partSince: NIODeadline?
    /// What of this stream counts in the connection's `queuedResponseBytes`.
    @exclusivity(unchecked) var countedQueuedBytes = 0
    @exclusivity(unchecked) var progress = WriteProgress()

    // gRPC
    /// Of a call of a method that is there.
    @exclusivity(unchecked) var head: RequestHead?
    @exclusivity(unchecked) var compression = CallCompression()
    /// Atomic because a handler may ask from any thread.
    private let compressedFlag = Atomic(false)
    @exclusivity(unchecked) var context: ServerContext?
    /// What an unserved request is answered with.
    @exclusivity(unchecked) var refusal: Refusal?

    /// Not gRPC.
    @exclusivity(unchecked) var http: IncomingHTTP?

    // The handler
    @exclusivity(unchecked) var task: HandlerTask?
    @exclusivity(unchecked) var isHandlerRunning = false
    /// Whether the server's load counts it: it did not end at once.
    @exclusivity(unchecked) var isHandlerCounted = false
    @exclusivity(unchecked) var deadlineTimer: Scheduled<Void>?
    @exclusivity(unchecked) var room = Waiters()
    @exclusivity(unchecked) var arrival = Waiters()

    enum Refusal {
        case http(HTTPResponse)
        case rpc(RPCError)
    }

    init(connection: HTTP2ServerConnection) {
        self.connection = connection
        self.startedAt = connection.lastReadAt
        self.incoming = MessageDeframer(
            maximumMessageBytes: connection.configuration.maximumMessageBytes, bytes: connection.spareMemory.queue())
        super.init()
        outgoing.bytes = connection.spareMemory.queue()
        LiveCalls.server.add()
    }

    deinit {
        LiveCalls.server.subtract()
    }

    var session: HTTP2Session { connection.session }

    /// Whether the message that was taken last came compressed.
    var lastMessageWasCompressed: Bool {
        get { compressedFlag.load(ordering: .relaxed) }
        set { compressedFlag.store(newValue, ordering: .relaxed) }
    }

    // MARK: From the peer

    override func receiveHeaders(_ headers: borrowing ReceivedHeaders, kind: HeadersKind) {
        // Trailers of a request say nothing to gRPC.
        guard kind == .request else { return }
        let head = connection.readHead(headers)
        switch head.route {
        case .rpc(let entry):
            self.head = head
            compression = head.compression
            incoming.acceptsCompressed = compression.request != nil
            let isOne = entry.kind == .unary || entry.kind == .serverStreaming
            perform(state.receiveRequest(isOne ? .oneMessage : .manyMessages))
        case .failed(let error):
            refuse(.rpc(error))
        case .refused(let status):
            refuse(
                .http(.plain(status, status == 405 ? "gRPC is POST" : "not a gRPC content type that is spoken here")))
        case .http where headers.isOverLimit:
            refuse(.http(.plain(431, "the request's headers are too large")))
        case .http:
            var request = HTTPRequest(headers, peer: connection.peer)
            request.peerIdentity = connection.peerIdentity
            http = IncomingHTTP(request)
            perform(state.receiveRequest(.http))
        }
    }

    private func refuse(_ refusal: Refusal) {
        self.refusal = refusal
        perform(state.receiveRequest(.unserved))
    }

    override func receiveData(_ bytes: UnsafeRawBufferPointer) {
        unconsumedBytes += bytes.count
        guard state.receiveData() == .keep else {
            // The window stays shut: the answer is on its way, and says so.
            return
        }
        if let http {
            receiveBody(bytes, of: http)
        } else {
            receiveMessageBytes(bytes)
        }
        countBuffered()
    }

    private func receiveMessageBytes(_ bytes: UnsafeRawBufferPointer) {
        incoming.append(bytes)
        do throws(MessageFramingError) {
            _ = try incoming.nextLength()
        } catch {
            incoming.removeAll()
            return fail(RPCError(error))
        }
        giveBackWindow()
        notePart()
        if state.isRunning { arrival.wakeAll() }
    }

    private func receiveBody(_ bytes: UnsafeRawBufferPointer, of http: IncomingHTTP) {
        let limit = connection.configuration.maximumHTTPBodyBytes
        http.receive(bytes, limit: limit)
        // Many clients read no answer before they have sent all of their request: it is taken, not kept.
        if http.receivedBytes <= limit + connection.configuration.maximumDiscardedBodyBytes { return giveBackWindow() }
        perform(state.bodyTooLarge())
    }

    override func receiveEnd() {
        perform(state.receiveEnd())
    }

    override func didClose(_ code: HTTP2ErrorCode) {
        let action = state.close()
        if code == .cancel { connection.meter.reset(after: connection.lastReadAt - startedAt) }
        if isHandlerRunning {
            let error = RPCError(.cancelled, "the caller went away")
            room.failAll(error)
            arrival.failAll(error)
            deadlineTimer?.cancel()
        }
        connection.requestBytes.add(-countedBytes)
        countedBytes = 0
        connection.queuedResponseBytes -= countedQueuedBytes
        countedQueuedBytes = 0
        incoming.giveMemory(to: &connection.spareMemory)
        outgoing.giveMemory(to: &connection.spareMemory)
        http = nil
        perform(action)
    }

    // MARK: To the peer

    override func didSendData(_ count: Int) {
        countQueued()
        progress.sentBytes &+= count
        if !room.isEmpty, outgoing.queuedBytes <= queueLimit / 2 {
            room.wakeAll()
        }
    }

    // MARK: Actions

    func perform(_ action: ServerStreamState.Action) {
        switch action {
        case .none, .keep, .discard:
            break
        case .startHandler, .startResponder, .answer:
            // Not here: this may be the middle of one of nghttp2's callbacks.
            connection.makeReady(self, action)
        case .wakeReader:
            arrival.wakeAll()
        case .cancelHandler:
            task?.cancel()
        }
    }

    /// What was put off by `perform`, now that the session is at rest.
    func performReady(_ action: ServerStreamState.Action) {
        guard isOpen else { return }
        switch action {
        case .startHandler: startHandler()
        case .startResponder: startResponder()
        default: sendRefusal()
        }
    }

    private func startHandler() {
        guard case .rpc(let entry) = head?.route else { return }
        if let refusal = connection.refusal(ofRequestWith: incoming.bufferedBytes) { return fail(refusal) }
        entry.start(self)
    }

    /// The peer gets room for more when no whole message is waiting to be taken: a message may well be larger than the
    /// window, but a handler that is slow holds up its sender.
    func giveBackWindow() {
        guard unconsumedBytes > 0, !state.peerEnded, http != nil || !incoming.hasMessage else { return }
        session.consume(self, unconsumedBytes)
        unconsumedBytes = 0
    }

    /// Keeps the connection's account of what its requests take up, and ends this one if that is too much.
    func countBuffered() {
        let bytes = incoming.bufferedBytes + (http?.body.readableBytes ?? 0)
        let change = bytes - countedBytes
        guard change != 0 else { return }
        connection.requestBytes.add(change)
        countedBytes = bytes
        guard change > 0, isOpen else { return }
        if connection.requestBytes.count > connection.configuration.maximumBufferedRequestBytes {
            session.reset(self, .enhanceYourCalm)
        } else if let refusal = connection.load.refusal(ofRequestWith: bytes) {
            giveUp(refusal)
        }
    }

    /// Answers a request that has not come to its end, and keeps nothing more of it.
    private func giveUp(_ error: RPCError) {
        guard let http else {
            incoming.removeAll()
            fail(error)
            return countBuffered()
        }
        guard state.finish() == .answer else { return }
        _ = http.takeRequest()
        send(.refused(error), isHead: false)
        countBuffered()
    }

    /// Notes since when a message has begun to come and has not been there as a whole.
    func notePart() {
        if incoming.bufferedBytes == 0 || incoming.hasMessage {
            partSince = nil
        } else if partSince == nil {
            partSince = connection.lastReadAt
        }
    }
}
