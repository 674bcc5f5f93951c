import NIOCore
import NIOHTTP1
import RPCCore
import RPCTransport

/// Calls with one message each way (Connect protocol, "Unary-Request" and "Unary-Response").
extension ConnectGateway {
    func unary(_ method: ConnectMethod, _ form: CallForm, _ request: HTTPRequest) async -> HTTPResponse {
        do {
            let head = try CallHead(request, form)
            return await call(method, form, head, try body(of: request), request)
        } catch {
            return Self.failure(error, nil)
        }
    }

    /// By GET.
    func unary(_ method: ConnectMethod, _ request: HTTPRequest) async -> HTTPResponse {
        do {
            guard let get = try GetRequest(request.target) else {
                return Self.plain(415, "encoding is json or proto", [:])
            }
            let head = try CallHead(request, get.form, encoding: get.encoding ?? "identity")
            return await call(method, get.form, head, get.message, request)
        } catch {
            return Self.failure(error, nil)
        }
    }

    private func call(
        _ method: ConnectMethod, _ form: CallForm, _ head: CallHead, _ body: ByteBuffer, _ request: HTTPRequest
    ) async -> HTTPResponse {
        let requests = RequestMessages(
            body, .bare, compression: head.compression, limit: configuration.maximumMessageBytes)
        let context = context(method, form, head, requests, request)
        let answer = Guarded(Answer())
        do {
            try await withDeadline(head.deadline) {
                try await method.serve(
                    ConnectCall(
                        codec: form.codec, limits: configuration.decodingLimits, requests: requests, context: context
                    ) { message, _ in answer.withLock { $0.message = message } })
            }
            return success(answer.withLock { $0.message }, form, head, context)
        } catch {
            return Self.failure(told(error, path: method.identity.path), context)
        }
    }

    private struct Answer {
        var message = ByteBuffer()
    }

    private func success(
        _ message: ByteBuffer, _ form: CallForm, _ head: CallHead, _ context: ServerContext
    ) -> HTTPResponse {
        var response = HTTPResponse(status: 200, headers: Self.headers, body: message)
        response.headers.add(name: "content-type", value: form.contentType)
        let wanted = context.usedResponse?.chosenCompression ?? configuration.responseCompression
        if let wanted, head.accepted.contains(wanted), let smaller = wanted.compressed(message) {
            response.body = .whole(smaller)
            response.headers.add(name: form.encodingField, value: wanted.rawValue)
        }
        response.headers.add(metadataOf: context)
        return response
    }

    private static func failure(_ error: RPCError, _ context: ServerContext?) -> HTTPResponse {
        var response = HTTPResponse(
            status: error.code.httpStatus, headers: headers, body: ErrorJSON.error(error))
        response.headers.add(name: "content-type", value: "application/json")
        if let delay = error.retryDelay {
            response.headers.add(name: "retry-after", value: String(max(1, delay.components.seconds)))
        }
        if let context { response.headers.add(metadataOf: context) }
        response.headers.add(trailers: error.metadata)
        return response
    }
}

extension HTTPHeaders {
    fileprivate mutating func add(metadataOf context: ServerContext) {
        guard let response = context.usedResponse else { return }
        for field in CallFields.fields(response.initial) { add(name: field.name, value: field.value) }
        add(trailers: response.trailing)
    }

    /// Trailers go with the headers, under names that tell them apart (Connect protocol, "Trailing-Metadata").
    fileprivate mutating func add(trailers: Metadata) {
        for field in CallFields.fields(trailers) { add(name: "trailer-\(field.name)", value: field.value) }
    }
}
