internal import NIOCore

extension HTTP2ServerConnection {
    func checkTimeouts() {
        guard let context else { return }
        let facts = ConnectionClock.Facts(
            now: eventLoop.now, lastReadAt: lastReadAt, openStreams: session.openStreams,
            isReceivingHeaders: session.isReceivingHeaders, unwritableSince: unwritableSince)
        switch clock.check(facts) {
        case .none: break
        case .close: return context.close(promise: nil)
        case .beginShutdown: beginShutdown()
        case .ping:
            session.submitPing(Self.keepalivePing)
            needsDrain()
        case .terminate(let code):
            session.terminate(code)
            return needsDrain()
        }
        checkReads()
        checkStreams(facts.now)
    }

    private func checkStreams(_ now: NIODeadline) {
        let requestLimit = TimeAmount.seconds(configuration.requestTimeoutSeconds)
        let stallLimit = TimeAmount.seconds(configuration.writeStallTimeoutSeconds)
        session.forEachOpenStream { stream in
            guard let stream = stream as? ServerStream else { return }
            let since = stream.state.isCollecting ? stream.startedAt : stream.partSince
            let isLate = since.map { now - $0 >= requestLimit } ?? false
            guard isLate || stream.isStalled(since: now - stallLimit, now: now) else { return }
            session.reset(stream, .cancel)
            needsDrain()
        }
    }
}
