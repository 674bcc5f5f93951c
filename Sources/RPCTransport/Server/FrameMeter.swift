internal import NIOCore

/// Counts the frames that cost a peer next to nothing and us something: what the protocol allows without limit, and what
/// attacks are made of. nghttp2 bounds some of them itself; these bounds are lower, and hold for all kinds.
///
/// Each kind draws on an allowance that grows with time, and with what the peer really gets or sends.
struct FrameMeter: Sendable {
    enum Frame: Hashable, Sendable {
        /// PING of the peer's own.
        case ping
        /// WINDOW_UPDATE, SETTINGS, PRIORITY, an empty DATA, a frame of a kind that we don't know.
        case small
        /// RST_STREAM of the peer's.
        case reset
        /// A frame that is wrong, and so resets its stream from our side.
        case wrong
    }

    private var small: Allowance
    private var resets: Allowance
    private var pings = PingPolicy()
    private let minimumPingInterval: TimeAmount

    /// A WINDOW_UPDATE or two for each so many bytes of a body is what a good peer sends, and much less.
    private static let bodyBytesPerFrame = 256
    private static let framesPerAnswer = 4
    private static let costOfWrongFrame = 10
    private static let honestAge = TimeAmount.milliseconds(500)

    init(configuration: TransportConfiguration, now: NIODeadline) {
        small = Allowance(burst: configuration.smallFrameBurst, perSecond: configuration.smallFramesPerSecond, now: now)
        resets = Allowance(burst: configuration.resetBurst, perSecond: configuration.resetsPerSecond, now: now)
        minimumPingInterval = .seconds(configuration.minimumPingIntervalSeconds)
    }

    /// Returns whether that was too much, and the connection is to be ended.
    mutating func received(_ frame: Frame, now: NIODeadline) -> Bool {
        switch frame {
        case .ping: pings.received(now: now, minimumInterval: minimumPingInterval) || !small.take(1, now: now)
        case .small: !small.take(1, now: now)
        case .reset: !resets.take(1, now: now)
        case .wrong: !small.take(Self.costOfWrongFrame, now: now)
        }
    }

    /// Whether the peer has opened and reset so many streams of late that it may be after something.
    var isResettingOften: Bool { resets.isBelow(tenths: 9) }

    /// A stream was reset that had been open for so long. One that took up its place for a while was worth it: a caller whose calls all run
    /// into their deadline, since a database has stalled, is after nothing.
    mutating func reset(after age: TimeAmount) {
        if age >= Self.honestAge { resets.give(1) }
    }

    /// The same, once time has made up for some.
    mutating func isStillResettingOften(now: NIODeadline) -> Bool {
        resets.fill(now)
        return isResettingOften
    }

    /// So many bytes of a body have left, in one frame. Peers that measure round trips ping then, and many open the stream's
    /// and the connection's window again for each frame, however small. But who opens a window byte by byte, with more
    /// waiting, is given nothing for it.
    mutating func sent(bodyBytes: Int, isAllThatWaited: Bool) {
        pings.forgive()
        small.give(bodyBytes / Self.bodyBytesPerFrame + (isAllThatWaited ? Self.framesPerAnswer : 0))
    }

    /// A part of a body has come that is not empty.
    mutating func receivedBody() {
        small.give(1)
    }

    /// An answer has begun to be sent: peers open windows for it.
    mutating func answered() {
        small.give(Self.framesPerAnswer)
        pings.forgive()
    }
}

/// So many at once, and so many each second.
struct Allowance: Sendable {
    private let burst: Int
    private let perSecond: Int
    private var left: Int
    private var filledAt: NIODeadline

    init(burst: Int, perSecond: Int, now: NIODeadline) {
        self.burst = burst
        self.perSecond = perSecond
        left = burst
        filledAt = now
    }

    /// Returns whether there were as many left. The clock is looked at only when there are not.
    mutating func take(_ count: Int, now: NIODeadline) -> Bool {
        if left < count { fill(now) }
        left -= count
        return left >= 0
    }

    func isBelow(tenths: Int) -> Bool { left * 10 < burst * tenths }

    mutating func fill(_ now: NIODeadline) {
        // A day fills any allowance.
        let seconds = Int(min((now - filledAt).nanoseconds / 1_000_000_000, 86_400))
        guard seconds > 0 else { return }
        filledAt = now
        left = min(burst, left + perSecond * seconds)
    }

    mutating func give(_ count: Int) {
        left = min(burst, left + count)
    }
}

/// PINGs that come too often: two are forgiven, the third is not (gRPC proposal A8, "keepalive": ping strikes).
struct PingPolicy: Sendable {
    private static let maximumStrikes = 2

    private var lastAt: NIODeadline?
    private var strikes = 0

    mutating func received(now: NIODeadline, minimumInterval: TimeAmount) -> Bool {
        defer { lastAt = now }
        if let lastAt { strikes = now - lastAt < minimumInterval ? strikes + 1 : max(0, strikes - 1) }
        return strikes > Self.maximumStrikes
    }

    mutating func forgive() {
        strikes = 0
        lastAt = nil
    }
}
