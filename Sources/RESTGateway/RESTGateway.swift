public import Logging
import NIOCore
import NIOHTTP1
public import RPCCore
public import RPCTransport

/// HTTP and JSON in front of RPC handlers: finds the method by the generated routes, decodes, calls, encodes.
///
/// Errors are RFC 9457 problems. Every answer carries `x-request-id`, the caller's own where it is sane. Whoever
/// wants to know why a 500 was sent finds the cause in the log under that id.
public struct RESTGateway: HTTPResponder {
    private enum Target: Sendable {
        case method(HTTPRoute, RESTMethod)
        case plain(PlainRoute)
    }

    private let tree: RouteTree<Target>
    private let configuration: RESTConfiguration
    private let logger: Logger

    /// - Parameters:
    ///   - router: where the services have registered their handlers.
    ///   - routes: the generated routes of the services. One whose method the router lacks is not served.
    public init(router: RESTRouter, routes: [HTTPRoute], configuration: RESTConfiguration, logger: Logger) {
        var tree = RouteTree<Target>()
        for route in routes {
            guard let method = router.methods[route.rpcPath] else { continue }
            let segments = route.segments.map { segment -> RouteTree<Target>.Segment in
                switch segment {
                case .literal(let text): .literal(text)
                case .field: .field
                }
            }
            tree.insert(route.httpMethod, segments, .method(route, method))
        }
        for plain in configuration.plainRoutes {
            let segments = plain.path.split(separator: "/").map { RouteTree<Target>.Segment.literal(String($0)) }
            tree.insert("GET", segments, .plain(plain))
        }
        self.tree = tree
        self.configuration = configuration
        self.logger = logger
    }

    public func respond(to request: HTTPRequest) async -> HTTPResponse {
        let requestID = RequestID.choose(request.headers.first(name: "x-request-id"))
        var response: HTTPResponse
        do {
            response = try await answer(request, requestID)
        } catch let fault as RESTFault {
            response = Problem(status: fault.status, error: fault.error, requestID: requestID).response()
            if !fault.allowed.isEmpty { response.headers.add(name: "allow", value: Self.allow(fault.allowed)) }
        } catch {
            response = problem(error, requestID).response()
        }
        response.headers.replaceOrAdd(name: "x-request-id", value: requestID)
        return response
    }

    private func answer(_ request: HTTPRequest, _ requestID: String) async throws -> HTTPResponse {
        guard request.target.utf8.count <= configuration.maximumTargetBytes else {
            throw RESTFault.targetTooLong(limit: configuration.maximumTargetBytes)
        }
        if request.method == "OPTIONS", request.target == "*" { return Self.options(Self.methodOrder) }
        let target = try Self.target(of: request)
        if request.method == "OPTIONS" {
            let methods = tree.methods(target.segments)
            guard !methods.isEmpty else { throw RESTFault.notFound }
            return Self.options(methods)
        }
        switch tree.match(request.method, target.segments) {
        case .notFound: throw RESTFault.notFound
        case .wrongMethod(let allowed): throw RESTFault.wrongMethod(allowed: allowed)
        case .found(.plain(let route)): return await route.respond(request)
        case .found(.method(let route, let method)):
            let body = try body(of: request, route)
            return try await call(method, route, target, body, request, requestID)
        }
    }

    private func call(
        _ method: RESTMethod, _ route: HTTPRoute, _ target: RequestTarget, _ body: ByteBuffer,
        _ request: HTTPRequest, _ requestID: String
    ) async throws -> HTTPResponse {
        let context = ServerContext(
            path: route.rpcPath, surface: .rest, metadata: metadata(of: request, requestID),
            receivedAt: request.receivedAt,
            peer: request.peer, peerIdentity: request.peerIdentity)
        let call = RESTCall(
            route: route, target: target, body: body, limits: configuration.decodingLimits, context: context)
        switch method.call {
        case .one(let answer):
            let json = try await answer(call)
            return HTTPResponse(
                status: route.successStatus, headers: headers("application/json", context),
                body: ByteBuffer(bytes: json))
        case .stream(let start):
            return stream(try start(call), call, requestID)
        }
    }

    /// Lines of JSON, as they are made. What fails before the first of them has gone out is a problem like any other; later the
    /// response is broken off.
    private func stream(
        _ write: @escaping @Sendable (LineWriter) async throws -> Void, _ call: RESTCall, _ requestID: String
    ) -> HTTPResponse {
        HTTPResponse(
            status: call.route.successStatus, headers: headers("application/x-ndjson", call.context),
            body: .parts { body in
                let lines = LineWriter(body)
                do {
                    try await write(lines)
                } catch {
                    var response = problem(error, requestID).response()
                    response.headers.replaceOrAdd(name: "x-request-id", value: requestID)
                    throw OtherResponse(response)
                }
                try await lines.finish()
            })
    }

    private func headers(_ type: String, _ context: ServerContext) -> HTTPHeaders {
        var headers: HTTPHeaders = [
            "content-type": type, "cache-control": "no-store", "x-content-type-options": "nosniff",
        ]
        for entry in context.usedResponse?.initial.entries ?? [] {
            if case .text(let value) = entry.value { headers.replaceOrAdd(name: entry.name, value: value) }
        }
        return headers
    }
}

// MARK: - Taking requests apart

extension RESTGateway {
    private static func target(of request: HTTPRequest) throws(RESTFault) -> RequestTarget {
        do throws(RequestTarget.Fault) {
            return try RequestTarget(request.target)
        } catch {
            throw RESTFault(error)
        }
    }

    /// The body where the route has one. An empty body is no JSON and needs no type; it stands for the empty message.
    private func body(of request: HTTPRequest, _ route: HTTPRoute) throws(RESTFault) -> ByteBuffer {
        guard case .complete(let body) = request.body, body.readableBytes <= configuration.maximumBodyBytes else {
            throw .bodyTooLarge(limit: configuration.maximumBodyBytes)
        }
        guard route.body != .none, body.readableBytes > 0 else { return ByteBuffer() }
        guard MediaType.isJSON(request.headers) else { throw .wrongMediaType }
        return body
    }

    private func metadata(of request: HTTPRequest, _ requestID: String) -> Metadata {
        var metadata = Metadata()
        for name in configuration.forwardedHeaders {
            if let value = request.headers.first(name: name) { metadata.add(name, value) }
        }
        metadata.add("x-request-id", requestID)
        return metadata
    }
}

// MARK: - Answers without a method

extension RESTGateway {
    /// The order in which methods are listed.
    private static let methodOrder = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    private static func options(_ methods: some Sequence<String>) -> HTTPResponse {
        HTTPResponse(status: 204, headers: ["allow": allow(Set(methods))])
    }

    /// The value of Allow (RFC 9110 section 10.2.1): HEAD goes where GET goes, OPTIONS everywhere.
    private static func allow(_ methods: Set<String>) -> String {
        var all = methods.union(["OPTIONS"])
        if all.contains("GET") { all.insert("HEAD") }
        return methodOrder.filter(all.contains).joined(separator: ", ")
    }

    private func problem(_ error: any Error, _ requestID: String) -> Problem {
        let shown: RPCError
        switch error {
        case let error as RPCError: shown = error
        case is CancellationError: shown = RPCError(.cancelled, "The call was cancelled.")
        default: shown = RPCError(.internalError, "The server failed to answer.", cause: error)
        }
        if shown.code.httpStatus == 500 {
            logger.error("a call failed", metadata: ["request_id": "\(requestID)", "error": "\(shown)"])
        }
        let status = shown.reason.flatMap { configuration.statusByReason[$0] } ?? shown.code.httpStatus
        return Problem(status: status, error: shown, requestID: requestID)
    }
}
