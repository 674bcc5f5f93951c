internal import NIOCore
internal import NIOHTTP1
internal import RPCCore

/// How a request that is not gRPC is answered.
extension ServerStream {
    func startResponder() {
        guard let request = http?.takeRequest() else { return }
        if case .complete(let body) = request.body { requestSize = body.readableBytes }
        if let refusal = connection.refusal(ofRequestWith: requestSize) {
            if state.finish() == .answer { send(.refused(refusal), isHead: false) }
            return
        }
        countBuffered()
        let isHead = request.method == "HEAD"
        let responder = connection.responder
        run { [self, request] in
            let response = await responder.respond(to: request)
            if case .parts(let produce) = response.body, response.allowsBody, !isHead {
                await send(response, produce)
            } else {
                onEventLoop {
                    self.answer(response, isHead: isHead)
                    self.handlerEnded()
                }
            }
        }
    }

    // MARK: Whole

    private func answer(_ response: HTTPResponse, isHead: Bool) {
        let isTooMuch = isTooMuch(response.wholeBody.readableBytes)
        guard state.finish() == .answer else { return }
        send(isTooMuch ? .refused(.tooManyUnread) : response, isHead: isHead)
    }

    func send(_ response: HTTPResponse, isHead: Bool) {
        defer { connection.needsDrain() }
        if state.endsEarly { session.resetAfterEnd(self) }
        let body = response.wholeBody
        let hasBody = response.allowsBody && !isHead && body.readableBytes > 0
        if hasBody {
            outgoing.bytes.append(body)
            outgoing.ending = .endStream
            countQueued()
        }
        session.submitResponse(response.headerBlock, stream: self, hasBody: hasBody)
    }

    // MARK: In parts

    private func send(
        _ response: HTTPResponse, _ produce: @Sendable (HTTPBodyWriter) async throws -> Void
    ) async {
        var failure: (any Error)?
        do {
            try await produce(
                HTTPBodyWriter { part, headers, isLast in
                    try await self.write(part, of: response.adding(headers), isLast: isLast)
                })
        } catch {
            failure = error
        }
        onEventLoop { [failure] in
            self.endParts(of: response, failure)
            self.handlerEnded()
        }
    }

    private func write(_ part: ByteBuffer, of response: HTTPResponse, isLast: Bool) async throws {
        let hasRoom =
            connection.eventLoop.inEventLoop
            ? try enqueue(part, of: response)
            : try await connection.eventLoop.submit { try self.enqueue(part, of: response) }.get()
        if !hasRoom, !isLast { try await waitForRoom() }
    }

    /// Returns whether there is room for more.
    private func enqueue(_ part: ByteBuffer, of response: HTTPResponse) throws -> Bool {
        guard let headersNeeded = state.beginResponse() else {
            throw RPCError(.cancelled, "the call is over")
        }
        outgoing.bytes.append(part)
        countQueued()
        if headersNeeded {
            session.submitResponse(response.headerBlock, stream: self, hasBody: true)
        } else {
            session.outgoingChanged(self)
        }
        connection.needsDrain()
        return hasRoom
    }

    /// - Parameter failure: why not all has been written that was to be.
    private func endParts(of response: HTTPResponse, _ failure: (any Error)?) {
        if let other = failure as? OtherResponse, !state.responseBegan {
            return answer(other.response, isHead: false)
        }
        let headersNeeded = state.beginResponse()
        guard state.finish() == .answer, let headersNeeded else { return }
        defer { connection.needsDrain() }
        guard failure == nil else { return session.reset(self, .internalError) }
        if state.endsEarly { session.resetAfterEnd(self) }
        outgoing.ending = .endStream
        if headersNeeded {
            session.submitResponse(response.headerBlock, stream: self, hasBody: true)
        } else {
            session.outgoingChanged(self)
        }
    }
}
