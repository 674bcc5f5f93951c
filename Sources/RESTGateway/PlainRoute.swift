public import RPCTransport

/// A path that is answered to GET and HEAD without an RPC: a health check, a page.
public struct PlainRoute: Sendable {
    /// Literal segments, for example `/healthz`. A trailing slash makes no difference.
    public let path: String
    /// Called for HEAD, too: the transport leaves the body out.
    public let respond: @Sendable (HTTPRequest) async -> HTTPResponse

    public init(_ path: String, respond: @escaping @Sendable (HTTPRequest) async -> HTTPResponse) {
        self.path = path
        self.respond = respond
    }
}
