/// What time does to a client's connection, as a pure value: asked at each interval with the facts of the moment.
///
/// It compares counts, not instants: a connection that is in use pays no look at the clock for it.
struct ClientConnectionClock {
    enum Action: Hashable {
        case none
        /// Calls wait and nothing has come: see whether the server is still there.
        case ping
        /// It is not.
        case giveUp
        /// Nobody has used the connection.
        case close
    }

    private var readsSeen = 0
    private var isPinged = false
    private var callsSeen = 0

    /// A keepalive interval, or after a PING the timeout, has passed.
    ///
    /// - Parameter reads: how often bytes have come so far.
    mutating func keepalivePassed(reads: Int, openStreams: Int) -> Action {
        let isSilent = reads == readsSeen
        readsSeen = reads
        defer { isPinged = false }
        guard isSilent else { return .none }
        if isPinged { return .giveUp }
        return openStreams > 0 ? .ping : .none
    }

    mutating func pinged() {
        isPinged = true
    }

    /// An idle interval has passed.
    ///
    /// - Parameter calls: how many have been begun so far.
    mutating func idlePassed(calls: Int, openStreams: Int) -> Action {
        let isUnused = calls == callsSeen && openStreams == 0
        callsSeen = calls
        return isUnused ? .close : .none
    }
}
