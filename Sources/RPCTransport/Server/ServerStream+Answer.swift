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
}
