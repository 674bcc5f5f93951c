internal import NIOCore

/// How a connection ends: for the server's sake, for its age, or because the session is over.
extension HTTP2ServerConnection {
    /// Asks the peer to go elsewhere, serves what it has sent until it has heard that, and ends when all is answered
    /// (RFC 9113, section 6.8).
    func beginShutdown() {
        guard context != nil, shutdown == .none else { return }
        shutdown = .noticed
        hasAnswered = session.openStreams > 0
        session.submitShutdownNotice()
        // When the answer to this comes, everything that was sent before the notice was heard has come as well.
        session.submitPing(Self.shutdownPing)
        eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { self.refuseNewStreams() }
        needsDrain()
    }

    static let shutdownPing: UInt64 = 0
    static let keepalivePing: UInt64 = 1

    func shutdownPingAnswered(_ payload: UInt64) {
        if payload == Self.shutdownPing, shutdown == .noticed { refuseNewStreams() }
    }

    private func refuseNewStreams() {
        guard context != nil, shutdown == .noticed else { return }
        shutdown = .refusing
        session.submitGoAway(.noError)
        needsDrain()
    }

    var isDrained: Bool {
        shutdown == .refusing && session.openStreams == 0 && !session.wantsWrite
    }

    /// Ends the connection behind what has been written, which the socket may not have taken yet.
    func finish(_ context: ChannelHandlerContext) {
        let unwritten = unwrittenBytes
        if isDrained, !hasAnswered, unwritten == 0 { return context.close(promise: nil) }
        let seconds = isDrained && unwritten > 0 ? configuration.lingerTimeoutSeconds : 2
        isLingering = true
        session.closeAllStreams(.cancel)
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { _ in
            guard self.context != nil else { return }
            self.lingerTimers.append(
                self.eventLoop.assumeIsolated().scheduleTask(in: .seconds(seconds)) {
                    self.context?.close(promise: nil)
                })
        }
        context.close(mode: .output, promise: promise)
        watchLastBytes(unwritten)
    }

    /// Gives up on a peer that reads nothing of the last bytes.
    private func watchLastBytes(_ unwritten: Int) {
        guard context != nil else { return }
        let seconds = TimeAmount.seconds(configuration.lingerTimeoutSeconds)
        lingerTimers.append(
            eventLoop.assumeIsolated().scheduleTask(in: seconds) {
                let left = self.unwrittenBytes
                if left == 0 || left >= unwritten {
                    self.context?.close(promise: nil)
                } else {
                    self.watchLastBytes(left)
                }
            })
    }

    private var unwrittenBytes: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }
}
