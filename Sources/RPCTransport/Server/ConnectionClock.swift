internal import NIOCore

/// What time does to a connection, as a pure value: it is asked every few seconds with the facts of the moment, and says what is
/// to be done.
struct ConnectionClock: Sendable {
    struct Facts: Sendable {
        var now: NIODeadline
        /// When bytes came last.
        var lastReadAt: NIODeadline
        var openStreams: Int
        /// Whether a header block has begun to come and has not ended.
        var isReceivingHeaders = false
        /// Since when the socket has taken nothing, if it doesn't.
        var unwritableSince: NIODeadline?
    }

    enum Action: Hashable, Sendable {
        case none
        /// The peer has been silent: see whether it is still there.
        case ping
        /// The connection is old: serve what is there, and let the peer open another.
        case beginShutdown
        /// GOAWAY, and nothing after it.
        case terminate(HTTP2ErrorCode)
        case close
    }

    private let configuration: TransportConfiguration
    private let oldAt: NIODeadline?
    private var closesAt: NIODeadline?
    private var headersSince: NIODeadline?
    private var pingedAt: NIODeadline?

    /// - Parameter jitter: -1 to 1. It moves the time at which the connection is old by up to a tenth, so that connections that
    ///   came together don't all go together.
    init(configuration: TransportConfiguration, openedAt: NIODeadline, jitter: Double) {
        self.configuration = configuration
        oldAt = configuration.maximumConnectionAgeSeconds.map {
            openedAt + .milliseconds(Int64(Double($0) * 1_000 * (1 + jitter / 10)))
        }
    }

    mutating func check(_ facts: Facts) -> Action {
        if let since = facts.unwritableSince, facts.now - since >= .seconds(configuration.writeStallTimeoutSeconds) {
            return .close
        }
        if let closesAt, facts.now >= closesAt { return .close }
        if isHeaderBlockLate(facts) { return .terminate(.enhanceYourCalm) }
        if let action = checkSilence(facts) { return action }
        if closesAt == nil, let oldAt, facts.now >= oldAt {
            closesAt = facts.now + .seconds(configuration.connectionAgeGraceSeconds)
            return .beginShutdown
        }
        return .none
    }

    private mutating func isHeaderBlockLate(_ facts: Facts) -> Bool {
        guard facts.isReceivingHeaders else {
            headersSince = nil
            return false
        }
        let since = headersSince ?? facts.now
        headersSince = since
        return facts.now - since >= .seconds(configuration.headerTimeoutSeconds)
    }

    private mutating func checkSilence(_ facts: Facts) -> Action? {
        let silence = facts.now - facts.lastReadAt
        if facts.openStreams == 0, silence >= .seconds(configuration.idleTimeoutSeconds) { return .terminate(.noError) }
        if let pinged = pingedAt {
            if facts.lastReadAt < pinged {
                return facts.now - pinged >= .seconds(configuration.keepaliveTimeoutSeconds) ? .close : nil
            }
            pingedAt = nil
        }
        guard facts.openStreams > 0, silence >= .seconds(configuration.keepaliveIntervalSeconds) else { return nil }
        pingedAt = facts.now
        return .ping
    }
}

extension TimeAmount {
    static func seconds(_ amount: Int) -> TimeAmount { .seconds(Int64(amount)) }
}
