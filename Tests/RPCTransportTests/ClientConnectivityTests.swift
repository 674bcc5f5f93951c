import NIOCore
import Testing

@testable import RPCTransport

/// Always in the middle: no jitter.
private struct Middle: RandomNumberGenerator {
    func next() -> UInt64 { 1 << 63 }
}

@Suite("Connectivity")
struct ClientConnectivityTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private var state = ConnectivityState(backoff: ConnectionBackoff())
    private var generator = Middle()

    private func isAbout(_ time: TimeAmount, seconds: Double) -> Bool {
        abs(Double(time.nanoseconds) / 1e9 - seconds) < 0.001
    }

    @Test("the first call connects, the next ones wait for it")
    mutating func connectsLazily() {
        #expect(state.callArrived(at: Self.start) == .connect)
        #expect(state.callArrived(at: Self.start) == .wait)
        #expect(state.connected() == true)
        #expect(state.callArrived(at: Self.start) == .dispatch)
    }

    @Test("after failures calls fail for a time that grows from 1 s to 120 s, times 1.6")
    mutating func backsOff() throws {
        var now = Self.start
        var expected = 1.0
        for _ in 0..<15 {
            #expect(state.callArrived(at: now) == .connect)
            guard case .failWaiting(let delay) = state.connectFailed(at: now, using: &generator) else {
                Issue.record("no wait after a failure")
                return
            }
            #expect(isAbout(delay, seconds: expected))
            #expect(state.callArrived(at: now) == .refuse(retryAfter: delay))
            now = now + delay - .nanoseconds(1)
            #expect(state.callArrived(at: now) == .refuse(retryAfter: .nanoseconds(1)))
            now = now + .nanoseconds(1)
            expected = min(expected * 1.6, 120)
        }
    }

    @Test("a call that is answered makes the next failure a first one again")
    mutating func forgetsFailures() {
        for wait in [1.0, 1.6] {
            let now = Self.start + .seconds(wait == 1 ? 0 : 100)
            _ = state.callArrived(at: now)
            guard case .failWaiting(let delay) = state.connectFailed(at: now, using: &generator) else {
                Issue.record("no wait after a failure")
                return
            }
            #expect(isAbout(delay, seconds: wait))
        }
        let later = Self.start + .seconds(200)
        _ = state.callArrived(at: later)
        _ = state.connected()
        state.madeProgress()
        #expect(state.connectionEnded(productive: true, callsWait: true, at: later, using: &generator) == .connect)
        guard case .failWaiting(let delay) = state.connectFailed(at: later, using: &generator) else {
            Issue.record("no wait after a failure")
            return
        }
        #expect(isAbout(delay, seconds: 1))
    }

    @Test("a lost connection is made again only when there are calls for it")
    mutating func reconnects() {
        _ = state.callArrived(at: Self.start)
        _ = state.connected()
        #expect(
            state.connectionEnded(productive: true, callsWait: false, at: Self.start, using: &generator) == .nothing)
        #expect(state.state == .idle)
        #expect(state.callArrived(at: Self.start) == .connect)
    }

    @Test("a server that hangs up before it answers anything is not called again at once")
    mutating func distrustsHangUps() {
        _ = state.callArrived(at: Self.start)
        _ = state.connected()
        guard
            case .failWaiting = state.connectionEnded(
                productive: false, callsWait: true, at: Self.start, using: &generator)
        else {
            Issue.record("called again at once")
            return
        }
    }

    @Test("a closed channel refuses calls, and wants no connection that was under way")
    mutating func closes() {
        _ = state.callArrived(at: Self.start)
        #expect(state.close() == true)
        #expect(state.close() == false)
        #expect(state.connected() == false)
        #expect(state.connectFailed(at: Self.start, using: &generator) == .nothing)
        #expect(state.callArrived(at: Self.start) == .refuseForGood)
    }

    @Test("jitter moves a wait by at most a fifth")
    func jitters() {
        var generator = SystemRandomNumberGenerator()
        for failures in 1...20 {
            let plain = min(Duration.seconds(1) * pow(1.6, failures - 1), .seconds(120))
            let delay = ConnectionBackoff().delay(afterFailures: failures, using: &generator)
            #expect(delay >= plain * 0.799 && delay <= plain * 1.201)
        }
    }

    private func pow(_ base: Double, _ exponent: Int) -> Double {
        (0..<exponent).reduce(1) { result, _ in result * base }
    }
}
