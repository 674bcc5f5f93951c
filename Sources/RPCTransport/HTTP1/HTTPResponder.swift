public import NIOCore
public import NIOHTTP1
public import RPCCore

/// Answers every request that is not gRPC, on either version of HTTP.
public protocol HTTPResponder: Sendable {
    /// Runs on the connection's event loop until it first suspends; its task is cancelled when the caller goes away.
    func respond(to request: HTTPRequest) async -> HTTPResponse
}

/// A whole request.
public struct HTTPRequest: Sendable {
    public enum Body: Sendable, Hashable {
        /// All of it; empty where there was none.
        case complete(ByteBuffer)
        /// It was longer than `TransportConfiguration.maximumHTTPBodyBytes`, and is not kept. Answer 413.
        case tooLarge
    }

    public enum Version: Sendable, Hashable {
        case http1
        case http2
    }

    public var method: String
    /// As it was sent: path and query, still percent-encoded.
    public var target: String
    /// Without pseudo-header fields.
    public var headers: HTTPHeaders
    public var body: Body
    /// `Host` or `:authority`.
    public var authority: String?
    /// The peer's address in text form, for logs.
    public var peer: String
    /// Who the peer is, where it showed a certificate that was verified (mutual TLS).
    public var peerIdentity: PeerIdentity?
    public var version: Version
    /// When its headers had come: from then on, whoever sent it waits.
    public var receivedAt = ContinuousClock.now

    public init(
        method: String, target: String, headers: HTTPHeaders = [:], body: Body = .complete(ByteBuffer()),
        authority: String? = nil, peer: String = "", version: Version = .http1
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.authority = authority
        self.peer = peer
        self.version = version
    }
}

/// A response. The transport adds what says how long its body is, and sends no body in answer to HEAD.
public struct HTTPResponse: Sendable {
    public enum Body: Sendable {
        /// All of it, sent with `content-length`.
        case whole(ByteBuffer)
        /// What the function writes, sent as it writes it. If it throws, the peer sees that the response was broken off, or gets
        /// another one (``OtherResponse``). Its task is cancelled when the caller goes away; by HTTP/1.1 one that ends its side of the
        /// connection is taken to have gone.
        case parts(@Sendable (HTTPBodyWriter) async throws -> Void)
    }

    /// 200 to 599.
    public var status: Int
    public var headers: HTTPHeaders
    public var body: Body

    public init(status: Int, headers: HTTPHeaders = [:], body: Body) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    public init(status: Int, headers: HTTPHeaders = [:], body: ByteBuffer = ByteBuffer()) {
        self.init(status: status, headers: headers, body: .whole(body))
    }
}

/// Thrown before the first part of a body: this goes out in place of the response that had been meant. Its body has to be whole.
public struct OtherResponse: Error, Sendable {
    public var response: HTTPResponse

    public init(_ response: HTTPResponse) {
        self.response = response
    }
}

/// The way out for a body that is sent in parts.
public struct HTTPBodyWriter: Sendable {
    private let send: @Sendable (_ part: ByteBuffer, _ headers: HTTPHeaders, _ isLast: Bool) async throws -> Void

    package init(
        send: @escaping @Sendable (_ part: ByteBuffer, _ headers: HTTPHeaders, _ isLast: Bool) async throws -> Void
    ) {
        self.send = send
    }

    /// Sends a part. It suspends while the peer does not read, and throws when the response is over.
    ///
    /// - Parameter headers: what the response's headers are to have beside its own. They go out with the first part; with
    ///   a later one they mean nothing.
    public func write(_ part: ByteBuffer, adding headers: HTTPHeaders = [:]) async throws {
        try await send(part, headers, false)
    }

    /// The same for the last part. It does not wait for the peer, so that it goes out even where the task has been cancelled.
    public func writeLast(_ part: ByteBuffer, adding headers: HTTPHeaders = [:]) async throws {
        try await send(part, headers, true)
    }
}

extension HTTPResponse {
    /// The body of one that is whole; empty where it comes in parts.
    package var wholeBody: ByteBuffer {
        if case .whole(let bytes) = body { bytes } else { ByteBuffer() }
    }

    var isLengthKnown: Bool {
        if case .whole = body { true } else { !allowsBody }
    }

    func adding(_ more: HTTPHeaders) -> HTTPResponse {
        var response = self
        response.headers.add(contentsOf: more)
        return response
    }

    /// Whether a response of that status has a body at all (RFC 9110, sections 15.2, 15.3.5 and 15.4.5).
    var allowsBody: Bool { status >= 200 && status != 204 && status != 304 }

    /// A response of the transport's own, as text.
    static func plain(_ status: Int, _ text: String) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: ["content-type": "text/plain; charset=utf-8"],
            body: ByteBuffer(string: text + "\n"))
    }

    /// The transport's own answer to a request that it doesn't take now.
    static func refused(_ error: RPCError) -> HTTPResponse {
        var response = plain(error.code.httpStatus, error.message)
        if let delay = error.retryDelay {
            response.headers.add(name: "retry-after", value: String(max(1, delay.components.seconds)))
        }
        return response
    }

    /// Whether the field is about the connection, which is the transport's to say.
    static func isConnectionField(_ name: String) -> Bool {
        switch name.lowercased() {
        case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "content-length": true
        default: false
        }
    }
}
