import RPCCore
import Testing

@testable import RPCTransport

/// Always in the middle: no jitter.
private struct Middle: RandomNumberGenerator {
    func next() -> UInt64 { 1 << 63 }
}

@Suite("Retry state")
struct RetryStateTests {
    private var generator = Middle()

    private func failure(
        _ code: StatusCode = .unavailable, pushback: String? = nil, isCommitted: Bool = false,
        remaining: Duration? = nil
    ) -> RetryState.Failure {
        var error = RPCError(code, "")
        if let pushback { error.metadata.add("grpc-retry-pushback-ms", pushback) }
        return RetryState.Failure(error: error, isCommitted: isCommitted, remaining: remaining)
    }

    private func isAbout(_ decision: RetryState.Decision, _ expected: Duration) -> Bool {
        guard case .retry(let delay) = decision else { return false }
        return delay > expected * 0.999 && delay < expected * 1.001
    }

    private mutating func decide(
        _ state: inout RetryState, _ failure: RetryState.Failure, isOpen: Bool = true
    ) -> RetryState.Decision {
        state.attemptFailed(failure, takeToken: { isOpen }, using: &generator)
    }

    @Test("waits grow up to the maximum, and the fifth attempt is the last, whatever is configured")
    mutating func backsOff() {
        var state = RetryState(CallRetryPolicy(maximumAttempts: 9, maximumBackoff: .milliseconds(300)))
        for milliseconds in [100, 200, 300, 300] {
            let decision = decide(&state, failure())
            #expect(isAbout(decision, .milliseconds(milliseconds)))
        }
        #expect(state.attempts == 5)
        #expect(decide(&state, failure()) == .giveUp)
    }

    @Test("only configured statuses are retried")
    mutating func codes() {
        for code in 0...17 {
            var state = RetryState(CallRetryPolicy(retryableCodes: [.unavailable, .aborted]))
            let isRetried = decide(&state, failure(StatusCode(rawValue: code))) != .giveUp
            #expect(isRetried == [10, 14].contains(code))
        }
    }

    @Test("the server's pushback is kept to exactly, begins the waits anew, and may forbid")
    mutating func pushback() {
        var state = RetryState(CallRetryPolicy())
        _ = decide(&state, failure())
        #expect(decide(&state, failure(pushback: "7")) == .retry(after: .milliseconds(7)))
        let decision = decide(&state, failure())
        #expect(isAbout(decision, .milliseconds(100)))
        for refusal in ["-1", "soon", "", "99999999999999999999"] {
            var state = RetryState(CallRetryPolicy())
            #expect(decide(&state, failure(pushback: refusal)) == .giveUp)
        }
    }

    @Test("some statuses are retried only where the server says when")
    mutating func toldWhen() {
        let policy = CallRetryPolicy(codesRetryableWhenToldWhen: [.resourceExhausted])
        var state = RetryState(policy)
        #expect(decide(&state, failure(.resourceExhausted)) == .giveUp)
        #expect(decide(&state, failure(.resourceExhausted, pushback: "5")) == .retry(after: .milliseconds(5)))
    }

    @Test("an answer that has begun, a deadline that is near, or no tokens: no retry")
    mutating func givesUp() {
        var state = RetryState(CallRetryPolicy())
        #expect(decide(&state, failure(isCommitted: true)) == .giveUp)
        #expect(decide(&state, failure(remaining: .milliseconds(50))) == .giveUp)
        #expect(decide(&state, failure(), isOpen: false) == .giveUp)
        #expect(decide(&state, failure(remaining: .seconds(1))) != .giveUp)
    }

    @Test("failures that can't be retried cost no token; those that the server forbids to retry do")
    mutating func tokens() {
        var taken = 0
        func count(_ failure: RetryState.Failure) {
            var state = RetryState(CallRetryPolicy())
            var generator = Middle()
            _ = state.attemptFailed(
                failure,
                takeToken: {
                    taken += 1
                    return true
                }, using: &generator)
        }
        count(failure(.invalidArgument))
        #expect(taken == 0)
        count(failure(.invalidArgument, pushback: "-1"))
        #expect(taken == 1)
        count(failure(isCommitted: true))
        #expect(taken == 2)
    }

    @Test("half of the tokens gone: no more retries until successes have filled them up")
    func throttles() {
        var tokens = RetryTokens(RetryThrottling(maximumTokens: 10, tokenRatio: 0.5))
        #expect((0..<5).map { _ in tokens.failed() } == [true, true, true, true, false])
        #expect(tokens.isOpen == false)
        tokens.succeeded()
        #expect(tokens.isOpen == true)
        for _ in 0..<100 { tokens.succeeded() }
        #expect(tokens.count == 10_000)
        for _ in 0..<100 { _ = tokens.failed() }
        #expect(tokens.count == 0)
    }
}

@Suite("Hedging state")
struct HedgingStateTests {
    private func fail(
        _ state: inout HedgingState, _ code: StatusCode = .unavailable, pushback: String? = nil, isOpen: Bool = true
    ) -> HedgingState.Action {
        var error = RPCError(code, "")
        if let pushback { error.metadata.add("grpc-retry-pushback-ms", pushback) }
        return state.attemptFailed(error) { isOpen }
    }

    @Test("attempts follow by the clock or at a failure, up to the maximum")
    func follows() {
        var state = HedgingState(CallHedgingPolicy(maximumAttempts: 3))
        #expect(state.sent() == true)
        #expect(state.delayPassed(isOpen: true) == .send)
        #expect(state.sent() == true)
        #expect(fail(&state) == .send)
        #expect(state.sent() == false)
        #expect(state.delayPassed(isOpen: true) == .wait)
        #expect(fail(&state) == .wait)
        #expect(fail(&state) == .end)
        #expect(state.attempts == 3)
    }

    @Test("a status that is fatal ends the call")
    func fatal() {
        var state = HedgingState(CallHedgingPolicy(maximumAttempts: 3))
        _ = state.sent()
        _ = state.sent()
        #expect(fail(&state, .notFound) == .end)
    }

    @Test("pushback puts the next attempt off, or forbids all further ones; so does a lack of tokens")
    func pushback() {
        var state = HedgingState(CallHedgingPolicy(maximumAttempts: 5))
        _ = state.sent()
        #expect(fail(&state, pushback: "20") == .sendLater(.milliseconds(20)))
        #expect(state.delayPassed(isOpen: false) == .end)
        _ = state.sent()
        _ = state.sent()
        #expect(fail(&state, isOpen: false) == .wait)
        _ = state.sent()
        #expect(fail(&state, pushback: "-1") == .wait)
        #expect(state.delayPassed(isOpen: true) == .wait)
        #expect(fail(&state) == .end)
    }
}
