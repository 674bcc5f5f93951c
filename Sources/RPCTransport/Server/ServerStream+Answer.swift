internal import NIOCore
internal import ProtobufRuntime
internal import RPCCore

/// How an RPC is answered.
extension ServerStream {
    /// The one message of a unary reply, and success.
    func succeed(_ message: MessageStorage) {
        if connection.isQueueFull, isTooMuch(message.serializedSize) { return fail(.tooManyUnread) }
        let headersNeeded = state.beginResponse()
        guard state.finish() == .answer, let headersNeeded else { return }
        let response = context?.usedResponse
        if headersNeeded { chooseCompression(response) }
        append(message, compressed: true)
        end(response, headersNeeded: headersNeeded)
    }

    /// Success after a stream of messages.
    func succeed() {
        let headersNeeded = state.beginResponse()
        guard state.finish() == .answer, let headersNeeded else { return }
        end(context?.usedResponse, headersNeeded: headersNeeded)
    }

    private func end(_ response: ResponseMetadata?, headersNeeded: Bool) {
        if state.endsEarly { session.resetAfterEnd(self) }
        if let trailing = response?.trailing, !trailing.isEmpty {
            outgoing.ending = .trailers(StatusFields.ok(trailing))
        } else {
            outgoing.ending = .fixedTrailers(StatusFields.ok)
        }
        if headersNeeded {
            submitResponseHeaders(response)
        } else {
            session.outgoingChanged(self)
        }
        connection.needsDrain()
    }

    /// Settles, before the headers go, how messages are compressed: as the handler or else the configuration wants it, if
    /// the caller understands that.
    func chooseCompression(_ response: ResponseMetadata?) {
        guard !compression.accepted.isEmpty else { return }
        let wanted = response?.chosenCompression ?? connection.configuration.responseCompression
        if let wanted, compression.accepted.contains(AcceptedCompressions(wanted)) { compression.response = wanted }
    }

    func submitResponseHeaders(_ response: ResponseMetadata?) {
        let initial = response?.initial
        let usesCompression = compression.request != nil || compression.response != nil
        if usesCompression || initial?.isEmpty == false {
            let headers = StatusFields.responseHeaders(
                initial ?? Metadata(), compression: compression.response, usesCompression: usesCompression)
            session.submitResponse(headers, stream: self, hasBody: true)
        } else {
            session.submitResponse(StatusFields.responseHeaders, stream: self, hasBody: true)
        }
    }

    /// The call has failed. Only the first outcome of a call counts.
    func fail(_ error: RPCError) {
        guard state.finish() == .answer else { return }
        arrival.failAll(error)
        room.failAll(error)
        send(error)
    }

    private func send(_ error: RPCError) {
        defer { connection.needsDrain() }
        if state.endsEarly { session.resetAfterEnd(self) }
        let trailing = context?.usedResponse?.trailing ?? Metadata()
        if state.responseBegan {
            var trailers = HeaderBlock()
            StatusFields.append(error, trailing: trailing, to: &trailers)
            outgoing.ending = .trailers(trailers)
            session.outgoingChanged(self)
            return
        }
        // "Trailers-Only": the headers are the end.
        var block = StatusFields.responseHeaders(context?.usedResponse?.initial ?? Metadata())
        StatusFields.append(error, trailing: trailing, to: &block)
        session.submitResponse(block, stream: self, hasBody: false)
    }

    func sendRefusal() {
        switch refusal {
        case .rpc(let error): send(error)
        case .http(let response): send(response, isHead: false)
        case nil: break
        }
    }

    // MARK: Not gRPC

    func startResponder() {
        guard let request = http?.takeRequest() else { return }
        if let refusal = connection.refusal {
            if state.finish() == .answer { send(.refused(refusal), isHead: false) }
            return
        }
        countBuffered()
        let isHead = request.method == "HEAD"
        let responder = connection.responder
        run { [self, request] in
            let response = await responder.respond(to: request)
            onEventLoop {
                let isTooMuch = self.isTooMuch(response.body.readableBytes)
                if self.state.finish() == .answer {
                    self.send(isTooMuch ? .refused(.tooManyUnread) : response, isHead: isHead)
                }
                self.handlerEnded()
            }
        }
    }

    private func send(_ response: HTTPResponse, isHead: Bool) {
        defer { connection.needsDrain() }
        if state.endsEarly { session.resetAfterEnd(self) }
        let hasBody = response.allowsBody && !isHead && response.body.readableBytes > 0
        if hasBody {
            outgoing.bytes.append(response.body)
            outgoing.ending = .endStream
            countQueued()
        }
        session.submitResponse(response.headerBlock, stream: self, hasBody: hasBody)
    }
}

extension RPCError {
    init(_ error: MessageFramingError) {
        switch error {
        case .tooLarge(_, let limit):
            self = .tooLarge(limit: limit)
        case .compressed:
            self.init(
                .internalError, "a message is marked as compressed, and there is no grpc-encoding",
                reason: "MESSAGE_MALFORMED")
        case .malformedFlag:
            self.init(.internalError, "a message begins with an unknown flag", reason: "MESSAGE_MALFORMED")
        }
    }

    private static func tooLarge(limit: Int) -> RPCError {
        // Not RESOURCE_EXHAUSTED, which asks clients to send it again later.
        RPCError(
            .invalidArgument, "the message is larger than \(limit) bytes", reason: "CONTENT_TOO_LARGE",
            reasonMetadata: ["limit_bytes": String(limit)])
    }

    init(requestError error: DecompressionError) {
        switch error {
        case .tooLarge(let limit):
            self = .tooLarge(limit: limit)
        case .damaged(let damage):
            self.init(
                .internalError, "a message can't be decompressed: \(damage)", reason: "MESSAGE_MALFORMED", cause: error)
        }
    }

    init(requestError error: ProtobufError) {
        var metadata: [String: String] = [:]
        if let offset = error.offset { metadata["offset"] = String(offset) }
        self.init(
            .invalidArgument, "the request can't be decoded: \(error)", reason: "MESSAGE_MALFORMED",
            reasonMetadata: metadata,
            fieldViolations: error.field.map { [FieldViolation(field: $0, description: error.message)] } ?? [],
            cause: error)
    }
}
