import RPCCore
import Testing

@testable import ChatRPCClient

/// Always in the middle: no jitter.
private struct Middle: RandomNumberGenerator {
    func next() -> UInt64 { 1 << 63 }
}

@Suite("Retry policy")
struct RetryPolicyTests {
    private let policy = RetryPolicy()

    private func delay(
        _ error: RPCError, attempts: Int = 1, remaining: Duration? = .seconds(100), policy: RetryPolicy = RetryPolicy()
    ) -> Duration? {
        var generator = Middle()
        return policy.delay(after: error, attempts: attempts, remaining: remaining, using: &generator)
    }

    private func isAbout(_ delay: Duration?, _ expected: Duration) -> Bool {
        guard let delay else { return false }
        return delay > expected * 0.999 && delay < expected * 1.001
    }

    @Test("waits double from 100 ms up to the maximum")
    func grows() {
        var policy = policy
        policy.maximumAttempts = 100
        let expected: [Duration] = [.milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800)]
        for (index, wait) in expected.enumerated() {
            #expect(isAbout(delay(RPCError(.unavailable, ""), attempts: index + 1, policy: policy), wait))
        }
        #expect(isAbout(delay(RPCError(.unavailable, ""), attempts: 50, policy: policy), .seconds(5)))
    }

    @Test("the fifth attempt is the last")
    func endsAfterFive() {
        #expect(delay(RPCError(.unavailable, ""), attempts: 4) != nil)
        #expect(delay(RPCError(.unavailable, ""), attempts: 5) == nil)
        #expect(delay(RPCError(.unavailable, ""), attempts: 1, policy: .never) == nil)
    }

    @Test("only what may be over by the next attempt is tried again", arguments: 0...20)
    func codes(code: Int) {
        let isRetried = delay(RPCError(StatusCode(rawValue: code), "")) != nil
        #expect(isRetried == [4, 14].contains(code))
        let isRetriedLater = delay(RPCError(StatusCode(rawValue: code), "", retryDelay: .seconds(1))) != nil
        #expect(isRetriedLater == [4, 8, 14].contains(code))
    }

    @Test("the server's own wait counts where it is longer")
    func serverDelay() {
        #expect(delay(RPCError(.unavailable, "", retryDelay: .seconds(7))) == .seconds(7))
        #expect(isAbout(delay(RPCError(.unavailable, "", retryDelay: .zero)), .milliseconds(100)))
    }

    @Test("no wait goes beyond the call's own time")
    func remaining() {
        #expect(delay(RPCError(.unavailable, ""), remaining: .milliseconds(50)) == nil)
        #expect(delay(RPCError(.unavailable, "", retryDelay: .seconds(7)), remaining: .seconds(7)) == nil)
        #expect(delay(RPCError(.unavailable, "", retryDelay: .seconds(7)), remaining: nil) == .seconds(7))
    }

    @Test("jitter moves a wait by at most a fifth")
    func jitters() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<1_000 {
            let delay = policy.delay(
                after: RPCError(.unavailable, ""), attempts: 1, remaining: nil, using: &generator)
            #expect(delay.map { $0 > .milliseconds(79) && $0 < .milliseconds(121) } == true)
        }
    }
}
