#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// What a lane's thread does: hands work to connections that have room, sleeps in poll(2) until a socket or the lane
/// wakes it, and lets the connections look at what came.
final class LaneLoop {
    private let lane: Lane
    private let links: [Link]
    private let limits: PostgresConfiguration.Limits
    private var stopsAt: ContinuousClock.Instant?
    /// When to look next for appends whose deadline has passed.
    private var looksForExpiredAt = ContinuousClock.now
    private var gathering = Gathering(at: .now)
    /// The last group, until it is answered.
    private var group: (messages: Int, began: ContinuousClock.Instant)?
    /// Until when the next group waits for more messages.
    private var gathersUntil: ContinuousClock.Instant?

    init(lane: Lane, links: [Link], limits: PostgresConfiguration.Limits) {
        self.lane = lane
        self.links = links
        self.limits = limits
        for link in links {
            link.onLoss = { lane.setReady(links.contains(where: \.isServing)) }
        }
    }

    /// Runs until the lane was stopped and what it had accepted is done.
    func run() {
        while true {
            lane.setReady(links.contains(where: \.isServing))
            let isDrained = giveOutWork()
            if lane.isStopping {
                let stopsAt = self.stopsAt ?? .now + .seconds(limits.shutdownSeconds)
                self.stopsAt = stopsAt
                if (isDrained && links.allSatisfy { $0.isIdle || !$0.isServing }) || stopsAt <= .now { break }
            }
            sleepAndLook()
        }
        for link in links { link.close() }
        failQueued()
    }

    /// True if the queue is empty.
    private func giveOutWork() -> Bool {
        guard links.contains(where: \.isServing) else {
            failQueued()
            return true
        }
        let now = ContinuousClock.now
        if let group, links.allSatisfy(\.isIdle) {
            gathering.answered(messages: group.messages, began: group.began, at: now)
            self.group = nil
        }
        let wait = lane.isStopping ? nil : gathering.wait(at: now)
        gathersUntil = nil
        while let link = links.filter(\.hasRoom).min(by: { $0.load < $1.load }) {
            switch lane.takeNext(ofAtLeast: wait?.messages ?? 1) {
            case nil:
                gathersUntil = wait?.until
                return wait == nil
            case .group(let jobs):
                group = (jobs.reduce(0) { $0 + $1.messages }, now)
                link.begin(AppendGroup(jobs, limits: limits))
            case .exchange(let make): link.begin(make())
            }
        }
        return false
    }

    private func failQueued() {
        while let next = lane.takeNext() {
            switch next {
            case .group(let jobs):
                for job in jobs {
                    job.fail(StoreError(.unavailable, "not connected", retryAfter: limits.retryAfter))
                }
            case .exchange(let make): make().lost(PostgresFailure(message: "not connected"))
            }
        }
    }

    // MARK: Sleeping

    /// How often a busy lane looks for appends whose deadline passes in the queue.
    private static let lookForExpired = Duration.milliseconds(100)

    private func sleepAndLook() {
        var interests = [pollfd(fd: lane.wakeUp.descriptor, events: Int16(POLLIN), revents: 0)]
        var polled: [Link] = []
        for link in links {
            guard let (socket, reads, writes) = link.interest else { continue }
            let events = (reads ? POLLIN : 0) | (writes ? POLLOUT : 0)
            interests.append(pollfd(fd: socket, events: Int16(truncatingIfNeeded: events), revents: 0))
            polled.append(link)
        }
        let ready = poll(&interests, nfds_t(interests.count), timeoutMilliseconds)
        if interests[0].revents != 0 { lane.wakeUp.clear() }
        for (link, interest) in zip(polled, interests.dropFirst()) where ready > 0 && interest.revents != 0 {
            link.look(socketIsReady: true)
        }
        // After every poll: a link that is silent is given up however busy the others are.
        let now = ContinuousClock.now
        for link in links { if let look = link.nextLook, look <= now { link.look(socketIsReady: false) } }
        guard looksForExpiredAt <= now else { return }
        looksForExpiredAt = now + LaneLoop.lookForExpired
        for job in lane.takeExpired(at: now) { job.fail(StoreError(.deadlineExceeded, "it waited too long")) }
    }

    /// Until the first connection has to be looked at; -1 for as long as it takes.
    private var timeoutMilliseconds: Int32 {
        var until = links.compactMap(\.nextLook).min()
        if links.contains(where: { !$0.isIdle }) { until = min(until ?? looksForExpiredAt, looksForExpiredAt) }
        if let gathersUntil { until = min(until ?? gathersUntil, gathersUntil) }
        if let stopsAt { until = min(until ?? stopsAt, stopsAt) }
        guard let until else { return -1 }
        let milliseconds = (until - .now) / .milliseconds(1)
        return Int32(max(0, min(milliseconds.rounded(.up), 60_000)))
    }
}
