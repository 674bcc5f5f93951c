import RPCCore
import RPCTransport
import Testing

@Suite("Service configuration")
struct ServiceConfigurationTests {
    private func read(_ json: String) throws -> ServiceConfiguration {
        try ServiceConfiguration(json: Array(json.utf8))
    }

    @Test("everything that gRPC's JSON can say")
    func everything() throws {
        let configuration = try read(
            """
            {"loadBalancingConfig": [{"grpclb": {}}, {"round_robin": {}}], "unknown": 1,
             "methodConfig": [
               {"name": [{"service": "a.B", "method": "C"}, {"service": "a.D"}], "timeout": "1.5s", "waitForReady": true,
                "retryPolicy": {"maxAttempts": 9, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 1.5,
                                "retryableStatusCodes": ["UNAVAILABLE", 10, "aborted"]}},
               {"name": [{}], "hedgingPolicy": {"maxAttempts": 3, "hedgingDelay": "0.25s",
                                                "nonFatalStatusCodes": ["UNAVAILABLE"]}}],
             "retryThrottling": {"maxTokens": 20, "tokenRatio": 0.25}}
            """)
        #expect(configuration.loadBalancing == .roundRobin)
        #expect(configuration.retryThrottling == RetryThrottling(maximumTokens: 20, tokenRatio: 0.25))
        let retry = CallRetryPolicy(
            maximumAttempts: 5, initialBackoff: .milliseconds(100), maximumBackoff: .seconds(1), backoffMultiplier: 1.5,
            retryableCodes: [.unavailable, .aborted])
        let hedging = CallHedgingPolicy(
            maximumAttempts: 3, hedgingDelay: .milliseconds(250), nonFatalCodes: [.unavailable])
        #expect(
            configuration.methods == [
                .init(
                    names: [.init(service: "a.B", method: "C"), .init(service: "a.D")], timeout: .milliseconds(1_500),
                    waitForReady: true, repetition: .retry(retry)),
                .init(names: [.init()], repetition: .hedge(hedging)),
            ])
        #expect(try read("{}") == ServiceConfiguration())
        #expect(try read(#"{"loadBalancingPolicy": "ROUND_ROBIN"}"#).loadBalancing == .roundRobin)
    }

    @Test(
        "what gRFC A6 does not allow is an error that says where",
        arguments: [
            ("[]", "JSON"), ("{", "JSON"), (#"{"methodConfig": {}}"#, "methodConfig"),
            (#"{"methodConfig": [1]}"#, "methodConfig[0]"),
            (#"{"methodConfig": [{"name": [{"method": "C"}]}]}"#, "methodConfig[0].name"),
            (#"{"methodConfig": [{"timeout": "1m"}]}"#, "methodConfig[0].timeout"),
            (#"{"methodConfig": [{"waitForReady": 1}]}"#, "methodConfig[0].waitForReady"),
            (#"{"methodConfig": [{"hedgingPolicy": {"maxAttempts": 1}}]}"#, "hedgingPolicy.maxAttempts"),
            (#"{"methodConfig": [{"retryPolicy": {"maxAttempts": 2}}]}"#, "retryPolicy.retryableStatusCodes"),
            (
                #"{"methodConfig": [{"retryPolicy": {"maxAttempts": 2, "retryableStatusCodes": ["SICK"]}}]}"#,
                "retryPolicy.retryableStatusCodes"
            ),
            (
                #"{"methodConfig": [{"retryPolicy": {"maxAttempts": 2.5, "retryableStatusCodes": [14]}}]}"#,
                "retryPolicy.maxAttempts"
            ),
            (#"{"methodConfig": [{"retryPolicy": {}, "hedgingPolicy": {}}]}"#, "hedgingPolicy"),
            (#"{"retryThrottling": {"maxTokens": 1001, "tokenRatio": 1}}"#, "retryThrottling.maxTokens"),
            (#"{"retryThrottling": {"maxTokens": 10, "tokenRatio": 0}}"#, "retryThrottling.tokenRatio"),
            (#"{"loadBalancingConfig": [{"grpclb": {}}]}"#, "loadBalancingConfig"),
        ])
    func invalid(json: String, place: String) {
        let error = #expect(throws: RPCError.self) { try read(json) }
        #expect(error?.reason == "INVALID_SERVICE_CONFIG")
        #expect(error?.message.contains(place) == true)
    }
}
