/// The server's side of one stream as a pure value: what the peer, the handler and the clock do goes in, what is to be done
/// comes out (gRPC PROTOCOL-HTTP2; RFC 9113, section 8.1).
struct ServerStreamState: Hashable, Sendable {
    /// What a request turned out to be, from its headers.
    enum Request: Hashable, Sendable {
        /// Its handler gets one message: it starts when the peer has ended.
        case oneMessage
        /// Its handler gets a stream of messages: it starts at once.
        case manyMessages
        /// Not gRPC: the responder gets it when the peer has ended.
        case http
        /// It will not be served; the answer is known.
        case unserved
    }

    enum Action: Hashable, Sendable {
        case none
        /// Keep the bytes.
        case keep
        /// The bytes are of no use to anyone.
        case discard
        case startHandler
        case startResponder
        /// Someone may be waiting for a message or for the end.
        case wakeReader
        /// Send the answer: whole, or what is missing of it.
        case answer
        case cancelHandler
    }

    private enum Phase: Hashable, Sendable {
        case idle
        case collecting(Request)
        case running(Request)
        /// The end of the answer is on its way.
        case answered
        case closed
    }

    private var phase = Phase.idle
    private(set) var peerEnded = false
    /// Whether the response's headers are on their way.
    private(set) var responseBegan = false

    init() {}

    /// Whether messages can be sent and received.
    var isRunning: Bool {
        if case .running = phase { return true }
        return false
    }

    /// Whether the peer still owes a part of its request without which nothing can start.
    var isCollecting: Bool {
        if case .collecting = phase { return true }
        return false
    }

    /// Whether the answer ends before the request does: the peer is then told to stop (RFC 9113, section 8.1).
    var endsEarly: Bool { !peerEnded }

    mutating func receiveRequest(_ request: Request) -> Action {
        switch request {
        case .oneMessage, .http:
            phase = .collecting(request)
            return .none
        case .manyMessages:
            phase = .running(request)
            return .startHandler
        case .unserved:
            phase = .answered
            return .answer
        }
    }

    func receiveData() -> Action {
        switch phase {
        case .collecting, .running(.manyMessages): .keep
        case .idle, .running, .answered, .closed: .discard
        }
    }

    mutating func receiveEnd() -> Action {
        peerEnded = true
        switch phase {
        case .collecting(.http):
            phase = .running(.http)
            return .startResponder
        case .collecting(let request):
            phase = .running(request)
            return .startHandler
        case .running(.manyMessages):
            return .wakeReader
        case .idle, .running, .answered, .closed:
            return .none
        }
    }

    /// The body of a request that is not gRPC has become too long: it is answered without the rest.
    mutating func bodyTooLarge() -> Action {
        guard case .collecting(.http) = phase else { return .none }
        phase = .running(.http)
        return .startResponder
    }

    /// A message is about to be sent. Returns whether the headers have to go before it; nil if it is too late for both.
    mutating func beginResponse() -> Bool? {
        guard isRunning else { return nil }
        defer { responseBegan = true }
        return !responseBegan
    }

    /// The handler has come to its end, or something else has: an error in the request, the deadline. The first counts.
    mutating func finish() -> Action {
        switch phase {
        case .idle, .collecting, .running:
            phase = .answered
            return .answer
        case .answered, .closed:
            return .none
        }
    }

    /// The stream is gone. A handler that has not answered is told; one that has answered has ended or knows already.
    mutating func close() -> Action {
        defer { phase = .closed }
        return isRunning ? .cancelHandler : .none
    }
}
