internal import NIOHTTP1

/// The requests of one HTTP/1.1 connection, one after the other, as a pure value: what comes goes in, what is to be done
/// comes out.
struct HTTP1RequestState: Hashable, Sendable {
    /// What matters of a request's head.
    struct Head: Hashable, Sendable {
        var targetBytes: Int
        var isTargetTooLong: Bool
        var areHeadersTooLarge: Bool
        var isHostWrong: Bool
        var expectsContinue: Bool
        var isBodyTooLarge: Bool
        var keepAlive: Bool
    }

    enum Action: Hashable, Sendable {
        case none
        case keep
        case sendContinue
        case respond
        /// Answer with that status, and close.
        case refuse(status: Int)
    }

    enum Answer: Hashable, Sendable {
        case send
        case sendAndClose
    }

    private enum Phase: Hashable, Sendable {
        case idle
        case collecting
        /// The responder has the request; its end may or may not have come.
        case responding
        /// Nothing that comes counts any more.
        case closing
    }

    private var phase = Phase.idle
    private var keepAlive = true
    private var bodyBytes = 0
    private var ended = false
    private(set) var isBodyTooLarge = false

    init() {}

    var isBusy: Bool { phase == .collecting || phase == .responding }
    var isResponding: Bool { phase == .responding }
    /// Whether another request may come after the one that is being answered, as it looks now.
    var keepsConnection: Bool { keepAlive && ended }
    /// Whether part of the request is still under way.
    var isRequestUnread: Bool { !ended }

    mutating func receiveHead(_ head: Head, isLast: Bool) -> Action {
        guard phase == .idle else { return .none }
        phase = .collecting
        keepAlive = head.keepAlive && !isLast
        bodyBytes = 0
        ended = false
        isBodyTooLarge = head.isBodyTooLarge
        if head.isTargetTooLong { return refuse(414) }
        if head.areHeadersTooLarge { return refuse(431) }
        if head.isHostWrong { return refuse(400) }
        if head.isBodyTooLarge {
            keepAlive = false
            phase = .responding
            return .respond
        }
        return head.expectsContinue ? .sendContinue : .none
    }

    private mutating func refuse(_ status: Int) -> Action {
        keepAlive = false
        phase = .responding
        return .refuse(status: status)
    }

    mutating func receiveBody(_ count: Int, limit: Int) -> Action {
        guard phase == .collecting else { return .none }
        bodyBytes += count
        if bodyBytes <= limit { return .keep }
        isBodyTooLarge = true
        keepAlive = false
        phase = .responding
        return .respond
    }

    /// The server has no room for the rest of the request. Returns whether it is to be answered now.
    mutating func giveUp() -> Bool {
        guard phase == .collecting else { return false }
        keepAlive = false
        phase = .responding
        return true
    }

    mutating func receiveEnd() -> Action {
        ended = true
        guard phase == .collecting else { return .none }
        phase = .responding
        return .respond
    }

    /// The peer has closed its side. Returns whether nothing is left to answer.
    mutating func receiveEndOfInput() -> Bool {
        keepAlive = false
        switch phase {
        case .responding:
            return false
        case .idle, .collecting, .closing:
            phase = .closing
            ended = true
            return true
        }
    }

    /// The response is there; nil if there is nobody to send it to.
    mutating func finish() -> Answer? {
        guard phase == .responding else { return nil }
        phase = keepsConnection ? .idle : .closing
        return phase == .idle ? .send : .sendAndClose
    }
}

extension HTTP1RequestState.Head {
    init(_ head: HTTPRequestHead, configuration: TransportConfiguration) {
        let headerBytes = head.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 32 }
        let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
        let hosts = head.headers["host"].count
        self.init(
            targetBytes: head.uri.utf8.count,
            isTargetTooLong: head.uri.utf8.count > configuration.maximumTargetBytes,
            areHeadersTooLarge: headerBytes > configuration.maximumHeaderBytes
                || head.headers.count > configuration.maximumHeaderFields,
            // RFC 9112, section 3.2: exactly one Host, which HTTP/1.0 may leave out.
            isHostWrong: hosts > 1 || (hosts == 0 && head.version != .http1_0),
            expectsContinue: head.version != .http1_0
                && head.headers.first(name: "expect")?.lowercased() == "100-continue",
            isBodyTooLarge: length > configuration.maximumHTTPBodyBytes,
            // NIO's decoder reads nothing more behind these, whatever the answer.
            keepAlive: head.isKeepAlive && !head.headers.contains(name: "upgrade") && head.method != .CONNECT)
    }
}
