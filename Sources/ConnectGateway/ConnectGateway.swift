public import Logging
import NIOCore
import NIOHTTP1
import RPCCore
public import RPCTransport

/// The Connect protocol and gRPC-Web in front of RPC handlers: what browsers, and whoever has no gRPC, can speak by plain HTTP
/// of either version (connectrpc.com/docs/protocol; gRPC PROTOCOL-WEB).
public struct ConnectGateway: HTTPResponder {
    private let methods: [String: ConnectMethod]
    private let next: any HTTPResponder
    let configuration: ConnectConfiguration
    let logger: Logger

    /// - Parameters:
    ///   - router: where the services have registered their handlers.
    ///   - next: what answers requests for any other path.
    public init(
        router: ConnectRouter, configuration: ConnectConfiguration = ConnectConfiguration(), next: any HTTPResponder,
        logger: Logger
    ) {
        methods = router.methods
        self.configuration = configuration
        self.next = next
        self.logger = logger
    }

    public func respond(to request: HTTPRequest) async -> HTTPResponse {
        let path = String(OriginForm.of(request.target).prefix { $0 != "?" })
        let form = request.headers.first(name: "content-type").flatMap(CallForm.init(contentType:))
        guard let method = methods[path] else {
            // Other paths may well take JSON.
            guard let form, form.style != .connectUnary, request.method == "POST" else {
                return await next.respond(to: request)
            }
            return await refuse(
                RPCError(.unimplemented, "there is no such method", reason: "METHOD_UNKNOWN"), form)
        }
        switch request.method {
        case "GET" where method.allowsGet, "HEAD" where method.allowsGet:
            return await unary(method, request)
        case "POST":
            guard let form, form.fits(method.identity.kind) else {
                return Self.plain(
                    415, "this method is called with \(CallForm.types(for: method.identity.kind))",
                    ["accept-post": CallForm.types(for: method.identity.kind)])
            }
            return form.style == .connectUnary
                ? await unary(method, form, request) : await framed(method, form, request)
        case "OPTIONS":
            return HTTPResponse(status: 204, headers: ["allow": method.allowedHTTPMethods])
        default:
            return Self.plain(405, "this method is called by POST", ["allow": method.allowedHTTPMethods])
        }
    }

    static func plain(_ status: Int, _ text: String, _ headers: HTTPHeaders) -> HTTPResponse {
        var headers = headers
        headers.add(name: "content-type", value: "text/plain; charset=utf-8")
        return HTTPResponse(status: status, headers: headers, body: ByteBuffer(string: text + "\n"))
    }

    // MARK: What both ways of calling share

    func body(of request: HTTPRequest) throws(RPCError) -> ByteBuffer {
        guard case .complete(let body) = request.body else { throw .tooLarge(limit: configuration.maximumMessageBytes) }
        return body
    }

    func context(
        _ method: ConnectMethod, _ form: CallForm, _ head: CallHead, _ requests: RequestMessages, _ request: HTTPRequest
    ) -> ServerContext {
        ServerContext(
            path: method.identity.path, surface: form.surface, metadata: head.metadata, deadline: head.deadline,
            receivedAt: request.receivedAt, peer: request.peer, isRequestCompressed: requests.isFirstCompressed,
            peerIdentity: request.peerIdentity)
    }

    /// What the caller is told of an error. What the handler did not mean to tell goes to the log, the only place where it
    /// can be seen.
    func told(_ error: any Error, path: String) -> RPCError {
        let status = RPCError(handlerError: error)
        if status.code == .unknown, let cause = status.cause {
            logger.error(
                "a handler failed", metadata: ["path": "\(path)", "error": "\(String(reflecting: "\(cause)"))"])
        }
        return status
    }

    static let headers: HTTPHeaders = ["cache-control": "no-store", "x-content-type-options": "nosniff"]
}
