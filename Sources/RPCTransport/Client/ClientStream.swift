import NIOCore
import RPCCore

/// One attempt at a call, and its stream once it has one. It asks the state machine, and does what that says.
final class ClientStream: HTTP2Stream, DeadlineHolder {
    let call: ClientCall
    /// Belongs to the queue of deadlines.
    var deadlinePosition = -1
    /// Belongs to the queue of waiting calls.
    var isWaiting = false

    private let isRetry: Bool
    private let configuration: ClientChannelConfiguration
    private unowned let owner: ChannelCore
    private var connection: ClientConnection?
    private var state: ClientStreamState
    private var sentBytes = 0

    init(_ call: ClientCall, owner: ChannelCore, isRetry: Bool = false) {
        self.call = call
        self.owner = owner
        self.isRetry = isRetry
        configuration = owner.configuration
        state = ClientStreamState(
            expectsOneMessage: call.request.expectsOneResponse,
            maximumMessageBytes: configuration.maximumResponseMessageBytes)
    }

    var deadline: NIODeadline { call.request.deadline }
    var isOver: Bool { state.isOver }

    // MARK: Orders from the call's owner

    func start(on connection: ClientConnection, headers: HeaderBlock) throws(HTTP2SessionError) {
        if let message = call.request.message {
            outgoing.bytes.append(message)
            outgoing.ending = .endStream
        } else if call.pickUp(into: &outgoing.bytes) {
            outgoing.ending = .endStream
        }
        self.connection = connection
        connection.calls &+= 1
        try connection.session.submitRequest(headers, stream: self, hasBody: true)
    }

    /// The caller has written something. (Before the stream is open it is not missed: `start` looks.)
    func pickUp() {
        guard isOpen else { return }
        if call.pickUp(into: &outgoing.bytes) { outgoing.ending = .endStream }
        connection?.session.outgoingChanged(self)
    }

    func release(_ count: Int) {
        connection?.session.consume(self, count)
    }

    /// Ends the call, and the stream if there is one.
    func abort(_ end: CallEnd) {
        perform(state.abort(end, reset: .cancel))
    }

    // MARK: Events of the stream

    override func receiveHeaders(_ headers: borrowing ReceivedHeaders, kind: HeadersKind) {
        connection?.didAnswer()
        if headers.isOverLimit {
            abort(.failed(.resourceExhausted, "the server's headers or trailers are over the limit"))
        } else {
            perform(state.received(ResponseFields(headers)))
        }
    }

    override func receiveData(_ bytes: UnsafeRawBufferPointer) {
        state.received(bytes)
        deliverMessages()
        if call.mayRelease(bytes.count) { release(bytes.count) }
    }

    override func receiveEnd() {
        let requestEnded =
            if case .endStream = outgoing.ending { outgoing.queuedBytes == 0 } else { false }
        perform(state.receivedEnd(requestEnded: requestEnded))
    }

    override func didSendData(_ count: Int) {
        sentBytes += count
        if call.request.message == nil { call.sent(count) }
    }

    override func didClose(_ code: HTTP2ErrorCode) {
        if let loss = connection?.loss {
            perform(state.abort(loss, reset: nil))
        } else {
            let isRefused = connection.map { id > $0.lastStreamID } ?? false
            perform(
                state.closed(isRefused ? .refusedStream : code, isPastDeadline: deadline <= .now()))
        }
        connection = nil
    }

    // MARK: Actions

    private func deliverMessages() {
        while true {
            switch state.nextMessage() {
            case .none: return
            case .deliver(let message): call.deliver(message)
            case .finish(let end, let code): return finish(end, reset: code)
            }
        }
    }

    private func perform(_ action: ClientStreamState.Action) {
        switch action {
        case .none: break
        case .begin(let metadata): call.begin(metadata)
        case .finish(let end, let code): finish(end, reset: code)
        case .retry(let end):
            // Once; and only what can be sent again from its beginning.
            if !isRetry, call.request.message != nil || sentBytes == 0 {
                owner.replace(self, with: again())
            } else {
                finish(end, reset: nil)
            }
        }
    }

    private func finish(_ end: CallEnd, reset code: HTTP2ErrorCode?) {
        if let code { connection?.session.reset(self, code) }
        owner.forget(self)
        _ = call.finish(end)
    }

    /// The same call once more. What the caller has written and this stream has not sent goes with it.
    private func again() -> ClientStream {
        let next = ClientStream(call, owner: owner, isRetry: true)
        if call.request.message == nil {
            outgoing.bytes.withBytes { next.outgoing.bytes.append($0) }
            next.outgoing.ending = outgoing.ending
        }
        return next
    }
}
