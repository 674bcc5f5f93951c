internal import NIOCore
internal import NIOHTTP1
internal import RPCCore

/// How a response is sent, and what happens to a peer that does not read it.
extension HTTP1Connection {
    func send(_ response: HTTPResponse) {
        handlerEnded()
        guard let context, state.isResponding else { return }
        let body = response.wholeBody
        let isHead = request?.method == "HEAD"
        writeHead(of: response, context)
        if response.allowsBody, !isHead, body.readableBytes > 0 {
            context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        }
        writeEnd(context)
    }

    private func writeHead(of response: HTTPResponse, _ context: ChannelHandlerContext) {
        hasBegun = true
        // A body whose length is not told ends with the connection where there are no chunks (RFC 9112, section 6.3).
        let endsByClosing = !response.isLengthKnown && (isHTTP10 || request?.method == "HEAD")
        if endsByClosing { isClosing = true }
        var head = HTTPResponseHead(
            version: endsByClosing ? .http1_0 : .http1_1, status: HTTPResponseStatus(statusCode: response.status))
        for (name, value) in response.headers where !HTTPResponse.isConnectionField(name) {
            head.headers.add(name: name, value: value)
        }
        if response.allowsBody, case .whole(let body) = response.body {
            head.headers.add(name: "content-length", value: "\(body.readableBytes)")
        }
        if !state.keepsConnection || isClosing || isShuttingDown {
            head.headers.add(name: "connection", value: "close")
        }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
    }

    private func writeEnd(_ context: ChannelHandlerContext) {
        let isLast = state.finish() != .send || isClosing || isShuttingDown
        request = nil
        hasBegun = false
        isInParts = false
        _ = write(.end(nil), context) { self.didWrite(isLast: isLast) }
    }

    /// Hands a part of the response to the socket, and watches that it leaves.
    private func write(
        _ part: HTTPServerResponsePart, _ context: ChannelHandlerContext, then done: @escaping () -> Void
    ) -> EventLoopFuture<Void> {
        let promise = context.eventLoop.makePromise(of: Void.self)
        isWriting = true
        promise.futureResult.assumeIsolated().whenComplete { _ in
            self.isWriting = false
            self.writeTimer?.cancel()
            done()
        }
        context.writeAndFlush(wrapOutboundOut(part), promise: promise)
        if isWriting { watchProgress() }
        return promise.futureResult
    }

    private func didWrite(isLast: Bool) {
        if isLast || hasInputEnded || (isShuttingDown && !state.isBusy) { return closeGently() }
        if !state.isBusy { closeAfter(seconds: configuration.idleTimeoutSeconds) }
        if isHeldUp {
            isHeldUp = false
            respond()
        }
    }

    // MARK: A response in parts

    func send(
        _ response: HTTPResponse, _ produce: @Sendable (HTTPBodyWriter) async throws -> Void
    ) async {
        let writer = HTTPBodyWriter { part, headers, isLast in
            try await self.write(part, of: response.adding(headers), isLast: isLast)
        }
        onEventLoop { self.isInParts = true }
        var failure: (any Error)?
        do { try await produce(writer) } catch { failure = error }
        onEventLoop { [failure] in self.endParts(of: response, failure) }
    }

    /// Returns once the socket has taken the part, unless it is the last one.
    private func write(_ part: ByteBuffer, of response: HTTPResponse, isLast: Bool) async throws {
        let taken = eventLoop.makePromise(of: Void.self)
        onEventLoop {
            let written = self.enqueue(part, of: response)
            if isLast { taken.succeed() } else { written.cascade(to: taken) }
        }
        try await withTaskCancellationHandler {
            do {
                try await taken.futureResult.get()
            } catch {
                if Task.isCancelled { throw CancellationError() }
                throw RPCError(.cancelled, "the caller went away", cause: error)
            }
        } onCancel: {
            // Whoever writes is let go; what it has written still goes out.
            taken.fail(CancellationError())
        }
    }

    private func enqueue(_ part: ByteBuffer, of response: HTTPResponse) -> EventLoopFuture<Void> {
        guard let context, state.isResponding else {
            return eventLoop.makeFailedFuture(RPCError(.cancelled, "the call is over"))
        }
        if !hasBegun { writeHead(of: response, context) }
        return write(.body(.byteBuffer(part)), context) {}
    }

    /// - Parameter failure: why not all has been written that was to be. The peer can tell by the end that is missing.
    private func endParts(of response: HTTPResponse, _ failure: (any Error)?) {
        if let other = failure as? OtherResponse, !hasBegun { return send(other.response) }
        handlerEnded()
        guard let context, state.isResponding else { return }
        guard failure == nil else { return context.close(promise: nil) }
        if !hasBegun { writeHead(of: response, context) }
        writeEnd(context)
    }

    // MARK: Slow peers

    /// Closes the connection of a peer that reads nothing of the response for too long.
    private func watchProgress() {
        let unwritten = unwrittenBytes
        writeTimer = eventLoop.assumeIsolated().scheduleTask(
            in: .seconds(Int64(configuration.writeStallTimeoutSeconds))
        ) {
            guard self.isWriting, let context = self.context else { return }
            if self.unwrittenBytes == unwritten { return context.close(promise: nil) }
            self.watchProgress()
        }
    }

    private var unwrittenBytes: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }
}
