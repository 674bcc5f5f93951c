import NIOCore
import Testing

@testable import RPCTransport

@Suite struct ConnectionClockTests {
    private let start = NIODeadline.uptimeNanoseconds(0) + .seconds(1_000)

    private func clock(
        jitter: Double = 0, _ change: (inout TransportConfiguration) -> Void = { _ in }
    ) -> ConnectionClock {
        var configuration = TransportConfiguration()
        configuration.headerTimeoutSeconds = 15
        configuration.idleTimeoutSeconds = 300
        configuration.writeStallTimeoutSeconds = 120
        configuration.keepaliveIntervalSeconds = 60
        configuration.keepaliveTimeoutSeconds = 20
        change(&configuration)
        return ConnectionClock(configuration: configuration, openedAt: start, jitter: jitter)
    }

    private func facts(_ second: Int, readAt: Int, streams: Int = 0) -> ConnectionClock.Facts {
        ConnectionClock.Facts(
            now: start + .seconds(second), lastReadAt: start + .seconds(readAt), openStreams: streams)
    }

    private func expect(
        _ clock: inout ConnectionClock, _ facts: ConnectionClock.Facts, _ expected: ConnectionClock.Action,
        at location: SourceLocation = #_sourceLocation
    ) {
        let action = clock.check(facts)
        #expect(action == expected, sourceLocation: location)
    }

    @Test func aConnectionWithNothingGoingOnEndsAfterItsIdleTime() {
        var clock = clock()
        expect(&clock, facts(299, readAt: 0), .none)
        expect(&clock, facts(300, readAt: 0), .terminate(.noError))
        expect(&clock, facts(400, readAt: 200), .none)
    }

    @Test func aSilentPeerWithCallsIsAskedAndGoneIfItSaysNothing() {
        var clock = clock()
        expect(&clock, facts(59, readAt: 0, streams: 1), .none)
        expect(&clock, facts(60, readAt: 0, streams: 1), .ping)
        expect(&clock, facts(70, readAt: 0, streams: 1), .none)
        expect(&clock, facts(80, readAt: 0, streams: 1), .close)
    }

    @Test func aPeerThatAnswersIsAskedAgainLater() {
        var clock = clock()
        expect(&clock, facts(60, readAt: 0, streams: 1), .ping)
        expect(&clock, facts(80, readAt: 61, streams: 1), .none)
        expect(&clock, facts(120, readAt: 61, streams: 1), .none)
        expect(&clock, facts(121, readAt: 61, streams: 1), .ping)
    }

    @Test func anOldConnectionIsAskedToEndAndThenEnded() {
        var clock = clock {
            $0.maximumConnectionAgeSeconds = 1_000
            $0.connectionAgeGraceSeconds = 30
        }
        expect(&clock, facts(999, readAt: 999, streams: 1), .none)
        expect(&clock, facts(1_000, readAt: 1_000, streams: 1), .beginShutdown)
        expect(&clock, facts(1_029, readAt: 1_029, streams: 1), .none)
        expect(&clock, facts(1_030, readAt: 1_030, streams: 1), .close)
    }

    @Test(arguments: [(-1.0, 900), (1.0, 1_100)])
    func connectionsThatCameTogetherDoNotAllGoTogether(_ jitter: Double, _ age: Int) {
        var clock = clock(jitter: jitter) { $0.maximumConnectionAgeSeconds = 1_000 }
        expect(&clock, facts(age - 1, readAt: age - 1), .none)
        expect(&clock, facts(age, readAt: age), .beginShutdown)
    }

    @Test func aHeaderBlockHasToEnd() {
        var clock = clock()
        var facts = facts(100, readAt: 100)
        facts.isReceivingHeaders = true
        expect(&clock, facts, .none)
        facts.now = start + .seconds(114)
        expect(&clock, facts, .none)
        facts.now = start + .seconds(115)
        expect(&clock, facts, .terminate(.enhanceYourCalm))
    }

    @Test func aSocketThatTakesNothingIsGivenUp() {
        var clock = clock()
        var facts = facts(120, readAt: 120, streams: 1)
        facts.unwritableSince = start + .seconds(1)
        expect(&clock, facts, .none)
        facts.now = start + .seconds(121)
        expect(&clock, facts, .close)
    }
}
