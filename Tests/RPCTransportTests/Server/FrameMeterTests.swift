import NIOCore
import Testing

@testable import RPCTransport

@Suite struct FrameMeterTests {
    private let start = NIODeadline.uptimeNanoseconds(0) + .seconds(1_000)
    private let configuration: TransportConfiguration = {
        var configuration = TransportConfiguration()
        configuration.smallFrameBurst = 100
        configuration.smallFramesPerSecond = 10
        configuration.resetBurst = 50
        configuration.resetsPerSecond = 5
        configuration.minimumPingIntervalSeconds = 10
        return configuration
    }()

    /// How many of the frame are taken, all at that time.
    private func taken(
        _ meter: inout FrameMeter, _ frame: FrameMeter.Frame, atMost limit: Int = 10_000, at now: NIODeadline
    ) -> Int {
        var count = 0
        while count < limit, !meter.received(frame, now: now) { count += 1 }
        return count
    }

    @Test func aBurstIsTakenAndNoMore() {
        var meter = FrameMeter(configuration: configuration, now: start)
        #expect(taken(&meter, .small, at: start) == 100)
        #expect(taken(&meter, .reset, at: start) == 50)
    }

    @Test func resetsOfStreamsThatWereOpenForAWhileCostNothing() {
        var meter = FrameMeter(configuration: configuration, now: start)
        for _ in 0..<10_000 {
            #expect(taken(&meter, .reset, atMost: 1, at: start) == 1)
            meter.reset(after: .milliseconds(500))
        }
        // They are no credit for others.
        for _ in 0..<50 {
            #expect(taken(&meter, .reset, atMost: 1, at: start) == 1)
            meter.reset(after: .milliseconds(499))
        }
        #expect(taken(&meter, .reset, at: start) == 0)
    }

    @Test func wrongFramesCountTenTimes() {
        var meter = FrameMeter(configuration: configuration, now: start)
        #expect(taken(&meter, .wrong, at: start) == 10)
    }

    @Test func timeGivesMore() {
        var meter = FrameMeter(configuration: configuration, now: start)
        #expect(taken(&meter, .small, at: start) == 100)
        // The frame that was too much is paid for first.
        #expect(taken(&meter, .small, at: start + .seconds(3)) == 30 - 1)
        #expect(taken(&meter, .small, at: start + .hours(1_000_000)) == 100)
    }

    @Test func whoeverIsAnsweredMayOpenWindows() {
        var meter = FrameMeter(configuration: configuration, now: start)
        for _ in 0..<10_000 {
            meter.answered()
            #expect(taken(&meter, .small, atMost: 4, at: start) == 4)
        }
        for _ in 0..<10_000 {
            meter.sent(bodyBytes: 16_384, isAllThatWaited: false)
            #expect(taken(&meter, .small, atMost: 64, at: start) == 64)
        }
    }

    @Test func whoeverAcknowledgesEachSmallMessageIsNoOffender() {
        var meter = FrameMeter(configuration: configuration, now: start)
        for _ in 0..<10_000 {
            meter.sent(bodyBytes: 20, isAllThatWaited: true)
            #expect(taken(&meter, .small, atMost: 2, at: start) == 2)
        }
    }

    @Test func windowsOfOneByteAreNotPaidForByTheByteThatLeaves() {
        var meter = FrameMeter(configuration: configuration, now: start)
        var count = 0
        while count < 10_000, !meter.received(.small, now: start) {
            meter.sent(bodyBytes: 1, isAllThatWaited: false)
            count += 1
        }
        #expect(count == 100)
    }

    @Test func theThirdPingThatComesTooSoonIsTooMuch() {
        var meter = FrameMeter(configuration: configuration, now: start)
        #expect(taken(&meter, .ping, at: start) == 3)
        var patient = FrameMeter(configuration: configuration, now: start)
        for number in 0..<1_000 {
            #expect(taken(&patient, .ping, atMost: 1, at: start + .seconds(10 * Int64(number))) == 1)
        }
        // A timer that is a little early now and then.
        var early = FrameMeter(configuration: configuration, now: start)
        for number in 0..<1_000 {
            let slip: Int64 = number.isMultiple(of: 3) ? 5 : 0
            #expect(taken(&early, .ping, atMost: 1, at: start + .milliseconds(10_000 * Int64(number) + slip)) == 1)
        }
        var measuring = FrameMeter(configuration: configuration, now: start)
        for number in 0..<1_000 {
            if number.isMultiple(of: 2) {
                measuring.answered()
            } else {
                measuring.sent(bodyBytes: 1, isAllThatWaited: true)
            }
            #expect(taken(&measuring, .ping, atMost: 1, at: start) == 1)
        }
    }
}
