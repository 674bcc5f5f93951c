import RPCCore

/// The client's side of one gRPC stream as a pure value: what the peer, the clock and the caller do goes in, what is to
/// be done comes out (gRPC PROTOCOL-HTTP2, Responses).
///
/// Once it has said `finish` or `retry`, the answer to everything is `none`.
struct ClientStreamState: ~Copyable {
    enum Action {
        case none
        /// The response has begun; its metadata is for the caller.
        case begin(Metadata)
        /// The call is over. With a `reset`, so is the stream, by RST_STREAM with that code.
        case finish(CallEnd, reset: HTTP2ErrorCode?)
        /// The stream is closed and the server surely did nothing (RFC 9113 §8.7): make the call again, or end it so.
        case retry(else: CallEnd)
    }

    enum MessageAction {
        /// The next message is not whole yet.
        case none
        case deliver(ReceivedMessage)
        case finish(CallEnd, reset: HTTP2ErrorCode?)
    }

    private enum Phase {
        /// Nothing has come from the server, or only 1xx responses.
        case waiting
        case receiving
        case over
    }

    private var phase = Phase.waiting
    private var trailers: ResponseFields?
    private var encoding: String?
    private var compression: Compression?
    private var deframer: MessageDeframer
    private var messages = 0
    /// Headers have come that were not trailers, too.
    private var isAnswered = false
    private let expectsOneMessage: Bool

    /// - Parameter expectsOneMessage: whether a good response has exactly one message.
    init(expectsOneMessage: Bool, maximumMessageBytes: Int) {
        self.expectsOneMessage = expectsOneMessage
        deframer = MessageDeframer(maximumMessageBytes: maximumMessageBytes)
    }

    var isOver: Bool { phase == .over }

    // MARK: The server

    /// A whole header block has come. If the stream ends with it, `receivedEnd` follows.
    mutating func received(_ fields: ResponseFields) -> Action {
        switch phase {
        case .over: return .none
        case .receiving:
            trailers = fields
            return .none
        case .waiting:
            if let status = fields.httpStatus, (100..<200).contains(status) { return .none }
            phase = .receiving
            guard fields.status == nil else {
                // Trailers-Only: these are headers and trailers in one.
                trailers = fields
                return .none
            }
            guard fields.httpStatus == 200, fields.isGRPC else { return finish(fields.notGRPC, reset: .cancel) }
            isAnswered = true
            encoding = fields.encoding
            compression = fields.encoding.flatMap(Compression.init(rawValue:))
            deframer.acceptsCompressed = compression != nil
            return .begin(fields.metadata)
        }
    }

    /// DATA has come: `nextMessage` tells what is in it.
    mutating func received(_ bytes: UnsafeRawBufferPointer) {
        if phase == .receiving { deframer.append(bytes) }
    }

    /// The next message that is whole; ask until there is none.
    mutating func nextMessage() -> MessageAction {
        guard phase == .receiving else { return .none }
        do {
            let next = try deframer.next { bytes, isCompressed in
                ReceivedMessage(bytes: Array(bytes), compression: isCompressed ? compression : nil)
            }
            guard let message = next else { return .none }
            messages += 1
            guard messages == 1 || !expectsOneMessage else {
                return fail(.internalError, "more than one message in the response")
            }
            return .deliver(message)
        } catch MessageFramingError.tooLarge(let bytes, let limit) {
            return fail(.resourceExhausted, "a response message of \(bytes) bytes; the limit is \(limit)")
        } catch MessageFramingError.compressed {
            let known = AcceptedCompressions.header
            return fail(
                .internalError,
                "a response message is compressed, by: \(encoding ?? "nothing named"); known are \(known)")
        } catch {
            return fail(.internalError, "the response's framing is broken: \(error)")
        }
    }

    /// The server has ended its side.
    ///
    /// - Parameter requestEnded: whether ours has ended too. If not, the rest of it is of no use to the server.
    mutating func receivedEnd(requestEnded: Bool) -> Action {
        guard phase != .over else { return .none }
        let reset: HTTP2ErrorCode? = requestEnded ? nil : .noError
        guard let trailers else {
            return finish(.failed(.internalError, "the server ended the stream without trailers"), reset: reset)
        }
        var end = trailers.end
        if end.error == nil {
            if deframer.bufferedBytes > 0 {
                end.error = RPCError(.internalError, "the server ended the stream within a message")
            } else if expectsOneMessage, messages == 0 {
                end.error = RPCError(.internalError, "the response has no message")
            }
        }
        return finish(end, reset: reset)
    }

    /// The stream is closed, by either side.
    ///
    /// - Parameter isPastDeadline: whether the call's deadline has passed, which servers tell by CANCEL.
    mutating func closed(_ code: HTTP2ErrorCode, isPastDeadline: Bool) -> Action {
        switch code {
        case _ where phase == .over: return .none
        case .refusedStream where phase == .waiting:
            phase = .over
            return .retry(else: .failed(.unavailable, "the server refused the stream"))
        case .cancel where isPastDeadline:
            return finish(.deadlineExceeded, reset: nil)
        default:
            let status = StatusCode(resetWith: code)
            return finish(.failed(status, "the stream was reset with HTTP/2 error code \(code.rawValue)"), reset: nil)
        }
    }

    // MARK: This side

    /// The deadline has passed, the caller has gone, or the connection is lost.
    mutating func abort(_ end: CallEnd, reset: HTTP2ErrorCode?) -> Action {
        phase == .over ? .none : finish(end, reset: reset)
    }

    private mutating func finish(_ end: CallEnd, reset: HTTP2ErrorCode?) -> Action {
        phase = .over
        var end = end
        end.isCommitted = isAnswered
        return .finish(end, reset: reset)
    }

    private mutating func fail(_ code: StatusCode, _ message: String) -> MessageAction {
        phase = .over
        var end = CallEnd.failed(code, message)
        end.isCommitted = isAnswered
        return .finish(end, reset: .cancel)
    }
}
