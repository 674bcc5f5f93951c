import NIOCore
import RPCCore

/// Asks the ``ClientConnectionClock`` as time passes, and does what it says.
extension ClientConnection {
    /// The connection is ready for calls.
    func startTimers() {
        scheduleKeepalive(in: configuration.keepaliveInterval)
        scheduleIdleCheck()
    }

    private func scheduleKeepalive(in time: Duration?) {
        guard let time, let eventLoop else { return }
        let this = NIOLoopBound(self, eventLoop: eventLoop)
        keepaliveTimer = eventLoop.scheduleTask(in: TimeAmount(time)) { this.value.keepalivePassed() }
    }

    private func keepalivePassed() {
        guard loss == nil else { return }
        switch clock.keepalivePassed(reads: reads, openStreams: session.openStreams) {
        case .ping:
            clock.pinged()
            session.submitPing(0)
            flush()
            scheduleKeepalive(in: configuration.keepaliveTimeout)
        case .giveUp: close(.failed(.unavailable, "the server does not answer a keepalive PING"))
        case .none, .close: scheduleKeepalive(in: configuration.keepaliveInterval)
        }
    }

    private func scheduleIdleCheck() {
        guard let time = configuration.idleTimeout, let eventLoop else { return }
        let this = NIOLoopBound(self, eventLoop: eventLoop)
        idleTimer = eventLoop.scheduleTask(in: TimeAmount(time)) { this.value.idlePassed() }
    }

    private func idlePassed() {
        guard loss == nil else { return }
        guard clock.idlePassed(calls: calls, openStreams: session.openStreams) == .close else {
            return scheduleIdleCheck()
        }
        owner.takesNoCalls(self, because: .failed(.unavailable, "the connection was idle"))
        shutdown()
    }
}
