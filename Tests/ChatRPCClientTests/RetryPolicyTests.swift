import ChatRPCClient
import RPCTransport
import Testing

@Suite("Retry policy")
struct RetryPolicyTests {
    private func repetition(
        of method: String, in service: String, by policy: RetryPolicy = RetryPolicy()
    ) -> ServiceConfiguration.Method.Repetition {
        let name = ServiceConfiguration.Name(service: "chatrpc.v1.\(service)", method: method)
        return policy.service.methods.first { $0.names.contains(name) }?.repetition ?? .never
    }

    @Test("what may be repeated is retried, five attempts in all, and kept in proportion")
    func retries() {
        let expected = CallRetryPolicy(
            retryableCodes: [.unavailable, .deadlineExceeded], codesRetryableWhenToldWhen: [.resourceExhausted],
            attemptTimeout: .seconds(5))
        for method in ["CreateMessage", "BatchCreateMessages", "ListMessages", "GetMessage"] {
            #expect(repetition(of: method, in: "MessageService") == .retry(expected))
        }
        #expect(repetition(of: "CreateSession", in: "SessionService") == .retry(expected))
        #expect(RetryPolicy().service.retryThrottling == RetryThrottling(maximumTokens: 10, tokenRatio: 0.1))
    }

    @Test("a reset is never repeated, nor is anything by the policy that says so")
    func never() {
        #expect(repetition(of: "ResetSession", in: "SessionService") == .never)
        #expect(repetition(of: "CreateMessage", in: "MessageService", by: .never) == .never)
    }

    @Test("reads are hedged where that is wanted, writes are not")
    func hedging() {
        var policy = RetryPolicy()
        policy.hedgeReadsAfter = .milliseconds(20)
        let hedging = CallHedgingPolicy(maximumAttempts: 2, hedgingDelay: .milliseconds(20))
        #expect(repetition(of: "ListMessages", in: "MessageService", by: policy) == .hedge(hedging))
        guard case .retry = repetition(of: "CreateMessage", in: "MessageService", by: policy) else {
            Issue.record("a write is not retried")
            return
        }
    }
}
