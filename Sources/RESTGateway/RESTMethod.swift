import NIOCore
import ProtobufRuntime
import RPCCore

/// One method with its types hidden: JSON in, JSON out.
struct RESTMethod: Sendable {
    enum Call: Sendable {
        case one(@Sendable (RESTCall) async throws -> [UInt8])
        /// Takes the request apart, and returns what writes the answers: a line of JSON each.
        case stream(@Sendable (RESTCall) throws -> @Sendable (LineWriter) async throws -> Void)
    }

    let call: Call

    init<Request: ProtobufMessage, Response: ProtobufMessage>(
        _ handler: @escaping @Sendable (Request, ServerContext) async throws -> Response
    ) {
        call = .one { call in
            let response = try await handler(try call.request(), call.context)
            return Self.json(response, hasStatusMember: call.route.hasStatusMember)
        }
    }

    init<Request: ProtobufMessage, Response: ProtobufMessage>(
        streaming handler:
            @escaping @Sendable (Request, MessageWriter<Response>, ServerContext) async throws -> Void
    ) {
        call = .stream { call in
            let request: Request = try call.request()
            return { lines in
                let writer = MessageWriter<Response> { response, _ in
                    try await lines.write(response.json(dialect: .rest))
                }
                try await handler(request, writer, call.context)
            }
        }
    }

    private static func json(_ response: some ProtobufMessage, hasStatusMember: Bool) -> [UInt8] {
        guard hasStatusMember else { return response.json(dialect: .rest) }
        var writer = JSONWriter(reserving: 256)
        writer.beginObject()
        writer.name("status")
        writer.string("success")
        response.writeJSONMembers(to: &writer, dialect: .rest)
        writer.endObject()
        return writer.bytes
    }
}

/// One request to a method, found and taken apart but not yet decoded.
struct RESTCall: Sendable {
    var route: HTTPRoute
    var target: RequestTarget
    var body: ByteBuffer
    var limits: DecodingLimits
    var context: ServerContext

    /// The request message: the body, then what the query and the path say (google/api/http.proto).
    ///
    /// What the path says counts most, whatever names the others use.
    func request<Request: ProtobufMessage>() throws(RPCError) -> Request {
        do throws(ProtobufError) {
            var request: Request = try decodeBody()
            if route.body != .whole {
                for parameter in target.parameters where !isInBody(parameter.name) {
                    _ = try request.storage.setText(parameter.values, forField: parameter.name)
                }
            }
            for (segment, text) in zip(route.segments, target.segments) {
                if case .field(let name) = segment { _ = try request.storage.setText([text], forField: name) }
            }
            return request
        } catch {
            throw RPCError(decoding: error)
        }
    }

    private func decodeBody<Request: ProtobufMessage>() throws(ProtobufError) -> Request {
        guard body.readableBytes > 0 else { return Request() }
        switch route.body {
        case .none: return Request()
        case .whole: return try Request(json: body.readableBytesSpan, dialect: .rest, limits: limits)
        case .field(let name):
            return try Request(json: body.readableBytesSpan, asField: name, dialect: .rest, limits: limits)
        }
    }

    private func isInBody(_ parameter: String) -> Bool {
        guard case .field(let name) = route.body else { return false }
        return parameter == name || parameter.hasPrefix("\(name).")
    }
}
