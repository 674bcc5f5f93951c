import NIOCore

/// Whether there is a connection, and when to make one: a pure value, told what happened, answering what to do.
///
/// Connections are made when a call needs one. After a failure calls fail at once until the wait is over (gRPC
/// "Connectivity semantics", TRANSIENT_FAILURE), and the next call after that tries again.
struct ConnectivityState {
    enum State: Hashable {
        case idle
        case connecting
        case ready
        /// No attempt before that instant.
        case backingOff(until: NIODeadline)
        case closed
    }

    /// What to do with a call that has just come in.
    enum CallAction: Hashable {
        /// Let it wait, and connect.
        case connect
        /// Let it wait: an attempt is under way.
        case wait
        /// There is a connection.
        case dispatch
        /// Fail it; a connection is tried again after that wait.
        case refuse(retryAfter: TimeAmount)
        /// Fail it: the channel is closed.
        case refuseForGood
    }

    /// What to do after a connection has ended.
    enum EndAction: Hashable {
        case nothing
        /// Calls wait: connect for them.
        case connect
        /// Fail the calls that wait.
        case failWaiting(retryAfter: TimeAmount)
    }

    private(set) var state = State.idle
    private let backoff: ConnectionBackoff
    /// Failures in a row.
    private var failures = 0

    init(backoff: ConnectionBackoff) {
        self.backoff = backoff
    }

    mutating func callArrived(at now: NIODeadline) -> CallAction {
        switch state {
        case .connecting: return .wait
        case .ready: return .dispatch
        case .closed: return .refuseForGood
        case .backingOff(let until) where now < until: return .refuse(retryAfter: until - now)
        case .idle, .backingOff:
            state = .connecting
            return .connect
        }
    }

    /// The peer's SETTINGS are there: only now is it known to speak HTTP/2.
    ///
    /// - Returns: false if nobody wants the connection any more.
    mutating func connected() -> Bool {
        guard state == .connecting else { return false }
        state = .ready
        return true
    }

    /// A connection answered a call: the next failure is a first one again.
    mutating func madeProgress() {
        failures = 0
    }

    mutating func connectFailed(
        at now: NIODeadline, using generator: inout some RandomNumberGenerator
    ) -> EndAction {
        guard state == .connecting else { return .nothing }
        return backOff(at: now, using: &generator)
    }

    /// The connection takes no more calls: it is gone, or the peer said GOAWAY.
    ///
    /// - Parameter productive: whether it ever answered a call. One that did not, while calls wait, counts as a
    ///   failure to connect, or a server that hangs up on everyone would be called without a pause.
    mutating func connectionEnded(
        productive: Bool, callsWait: Bool, at now: NIODeadline, using generator: inout some RandomNumberGenerator
    ) -> EndAction {
        guard state == .ready else { return .nothing }
        guard callsWait else {
            state = .idle
            return .nothing
        }
        guard productive else { return backOff(at: now, using: &generator) }
        state = .connecting
        return .connect
    }

    /// - Returns: false if it was closed already.
    mutating func close() -> Bool {
        defer { state = .closed }
        return state != .closed
    }

    private mutating func backOff(
        at now: NIODeadline, using generator: inout some RandomNumberGenerator
    ) -> EndAction {
        failures += 1
        let delay = TimeAmount(backoff.delay(afterFailures: failures, using: &generator))
        state = .backingOff(until: now + delay)
        return .failWaiting(retryAfter: delay)
    }
}
