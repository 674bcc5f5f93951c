import NIOCore
import NIOHTTP1
import RPCCore
import RPCTransport

/// Calls whose messages are framed: Connect's streams, and all of gRPC-Web. Whatever happens, the status is 200 and the last
/// frame tells.
extension ConnectGateway {
    func framed(_ method: ConnectMethod, _ form: CallForm, _ request: HTTPRequest) async -> HTTPResponse {
        do {
            let head = try CallHead(request, form)
            let body = try body(of: request)
            let requests = RequestMessages(
                form.style == .grpcWebText ? try WebText.decode(body) : body, .enveloped,
                compression: head.compression, limit: configuration.maximumMessageBytes)
            let context = context(method, form, head, requests, request)
            guard method.hasManyResponses else {
                return await Self.whole(form) { out in
                    try await serve(method, form, head, requests, context, out)
                }
            }
            return HTTPResponse(
                status: 200, headers: Self.headers(form),
                body: .parts { body in
                    try await serve(method, form, head, requests, context) { frame, headers, isLast in
                        if isLast {
                            try await body.writeLast(frame, adding: headers)
                        } else {
                            try await body.write(frame, adding: headers)
                        }
                    }
                })
        } catch {
            return await refuse(error, form)
        }
    }

    /// Answers a call that reaches no handler.
    func refuse(_ error: RPCError, _ form: CallForm) async -> HTTPResponse {
        await Self.whole(form) { out in
            try await FrameWriter(form, CallHead(), preferred: nil, out: out).end(error, nil)
        }
    }

    private typealias Out = FrameWriter.Out

    private func serve(
        _ method: ConnectMethod, _ form: CallForm, _ head: CallHead, _ requests: RequestMessages,
        _ context: ServerContext, _ out: @escaping Out
    ) async throws {
        let writer = FrameWriter(form, head, preferred: configuration.responseCompression, out: out)
        do {
            try await withDeadline(head.deadline) {
                try await method.serve(
                    ConnectCall(
                        codec: form.codec, limits: configuration.decodingLimits, requests: requests, context: context
                    ) { try await writer.message($0, compressed: $1, context) })
            }
        } catch {
            return try await writer.end(told(error, path: method.identity.path), context)
        }
        try await writer.end(nil, context)
    }

    private static func headers(_ form: CallForm) -> HTTPHeaders {
        var headers = headers
        headers.add(name: "content-type", value: form.contentType)
        return headers
    }

    /// A response that is short, and goes out as one.
    private static func whole(_ form: CallForm, _ write: (@escaping Out) async throws -> Void) async -> HTTPResponse {
        let gathered = Guarded(HTTPResponse(status: 200, headers: headers(form)))
        // Nothing that only gathers throws.
        try? await write { frame, headers, _ in
            gathered.withLock { response in
                var body = response.wholeBody
                body.writeImmutableBuffer(frame)
                response.body = .whole(body)
                response.headers.add(contentsOf: headers)
            }
        }
        return gathered.withLock { $0 }
    }
}
