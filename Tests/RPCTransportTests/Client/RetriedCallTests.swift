import GeneratedRPC
import ProtobufRuntime
import RPCCore
import RPCTransport
import Synchronization
import Testing

/// Handlers that fail as planned, then succeed; and what they were sent.
private final class Plan: Sendable {
    struct State {
        var failures: [RPCError]
        var previousAttempts: [String?] = []
    }

    private let state: Mutex<State>

    init(_ failures: [RPCError]) {
        state = Mutex(State(failures: failures))
    }

    var previousAttempts: [String?] { state.withLock { $0.previousAttempts } }
    var attempts: Int { previousAttempts.count }

    func next(_ context: ServerContext) throws {
        let failure = state.withLock { state -> RPCError? in
            state.previousAttempts.append(context.metadata["grpc-previous-rpc-attempts"])
            return state.failures.isEmpty ? nil : state.failures.removeFirst()
        }
        if let failure { throw failure }
    }
}

@Suite("Calls that are made again")
struct RetriedCallTests {
    private let options = CallOptions(timeout: .seconds(60))
    private let unavailable = RPCError(.unavailable, "planned")

    private func configuration(
        _ repetition: ServiceConfiguration.Method.Repetition, throttling: RetryThrottling? = nil
    ) -> ClientChannelConfiguration {
        var configuration = ClientChannelConfiguration()
        configuration.service = ServiceConfiguration(
            methods: [.init(names: [.init(service: "test.Probe")], repetition: repetition)],
            retryThrottling: throttling)
        return configuration
    }

    private var retrying: ClientChannelConfiguration {
        configuration(.retry(CallRetryPolicy(initialBackoff: .milliseconds(1))))
    }

    private func run(
        _ failures: [RPCError], client: ClientChannelConfiguration? = nil,
        _ body: (Plan, HTTP2ClientChannel) async throws -> Void
    ) async throws {
        let plan = Plan(failures)
        try await ProbeServer.run(
            client: client ?? retrying,
            { router in
                router.unary(Probe.unary) { request, context in
                    try plan.next(context)
                    return request
                }
                router.serverStreaming(Probe.down) { request, writer, context in
                    if request.value < 0 { try await writer.write(BytesValue(1)) }
                    try plan.next(context)
                    for _ in 0..<request.value { try await writer.write(BytesValue(1)) }
                }
                router.clientStreaming(Probe.up) { requests, context in
                    var bytes = 0
                    for try await request in requests { bytes += request.value.count }
                    try plan.next(context)
                    return .with { $0.value = Int64(bytes) }
                }
                router.bidirectional(Probe.both) { requests, writer, context in
                    var received: [BytesValue] = []
                    for try await request in requests {
                        received.append(request)
                        if received.count == 2 { try plan.next(context) }
                    }
                    for request in received { try await writer.write(request) }
                }
            }
        ) { try await body(plan, $0.client) }
    }

    @Test("a unary call, until it succeeds; each attempt says how many there were")
    func unary() async throws {
        try await run([unavailable, unavailable, unavailable]) {
            (plan: Plan, client: HTTP2ClientChannel) async throws in
            #expect(try await client.unary(Probe.unary, BytesValue(3), options: options).message == BytesValue(3))
            #expect(plan.previousAttempts == [nil, "1", "2", "3"])
        }
    }

    @Test("five attempts, and the error says so; a status that is not configured ends the call at once")
    func givesUp() async throws {
        try await run(Array(repeating: unavailable, count: 9)) {
            (plan: Plan, client: HTTP2ClientChannel) async throws in
            let error = await failure { try await client.unary(Probe.unary, BytesValue(), options: options) }
            #expect(error?.message == "planned")
            #expect(error?.attempts == 5)
            #expect(plan.attempts == 5)
        }
        try await run([RPCError(.aborted, "")]) { (plan: Plan, client: HTTP2ClientChannel) async throws in
            let error = await failure { try await client.unary(Probe.unary, BytesValue(), options: options) }
            #expect(error?.code == .aborted)
            #expect(plan.attempts == 1)
        }
    }

    @Test("a stream of responses, as long as none has come")
    func serverStreaming() async throws {
        try await run([unavailable, unavailable]) { (plan: Plan, client: HTTP2ClientChannel) async throws in
            let count = try await client.serverStreaming(Probe.down, .with { $0.value = 4 }, options: options) {
                try await $0.reduce(0) { count, _ in count + 1 }
            }
            #expect(count == 4)
            #expect(plan.attempts == 3)
        }
        // The first message came before the failure.
        try await run([unavailable]) { (plan: Plan, client: HTTP2ClientChannel) async throws in
            let error = await failure {
                try await client.serverStreaming(Probe.down, .with { $0.value = -1 }, options: options) {
                    try await $0.reduce(0) { count, _ in count + 1 }
                }
            }
            #expect(error?.code == .unavailable)
            #expect(plan.attempts == 1)
        }
    }

    @Test("a stream of requests is sent again from its beginning")
    func clientStreaming() async throws {
        try await run([unavailable, unavailable]) { (plan: Plan, client: HTTP2ClientChannel) async throws in
            let answer = try await client.clientStreaming(Probe.up, options: options) { requests in
                for _ in 0..<10 { try await requests.write(BytesValue(1_000)) }
            }
            #expect(answer.message.value == 10_000)
            #expect(plan.attempts == 3)
        }
        try await run([unavailable]) { (plan: Plan, client: HTTP2ClientChannel) async throws in
            let received = try await client.bidirectional(Probe.both, options: options) { requests in
                for number in 0..<20 { try await requests.write(BytesValue(number + 1)) }
            } _: {
                try await $0.reduce(into: []) { $0.append($1.value.count) }
            }
            #expect(received == Array(1...20))
            #expect(plan.attempts == 2)
        }
    }

    @Test("requests that are more than is kept are not sent again")
    func tooLarge() async throws {
        var small = retrying
        small.maximumRetryBytesPerCall = 5_000
        try await run([unavailable], client: small) { (plan: Plan, client: HTTP2ClientChannel) async throws in
            let error = await failure {
                try await client.clientStreaming(Probe.up, options: options) { requests in
                    for _ in 0..<10 { try await requests.write(BytesValue(1_000)) }
                }
            }
            #expect(error?.code == .unavailable)
            #expect(plan.attempts == 1)
        }
    }

    @Test("a server that says never is not asked again; one that says when is")
    func pushback() async throws {
        for (value, attempts) in [("-1", 1), ("3", 2)] {
            var error = unavailable
            error.metadata.add("grpc-retry-pushback-ms", value)
            try await run([error]) { (plan: Plan, client: HTTP2ClientChannel) async throws in
                _ = await failure { try await client.unary(Probe.unary, BytesValue(), options: options) }
                #expect(plan.attempts == attempts)
            }
        }
    }

    @Test("a channel that has no tokens left makes each call once")
    func throttling() async throws {
        let policy = CallRetryPolicy(maximumAttempts: 2, initialBackoff: .milliseconds(1))
        let throttled = configuration(.retry(policy), throttling: RetryThrottling(maximumTokens: 4, tokenRatio: 0.5))
        try await run(Array(repeating: unavailable, count: 100), client: throttled) {
            (plan: Plan, client: HTTP2ClientChannel) async throws in
            for _ in 0..<20 {
                _ = await failure { try await client.unary(Probe.unary, BytesValue(), options: options) }
            }
            #expect(plan.attempts == 21)
        }
    }

    @Test("cancelling the caller ends the wait between attempts")
    func cancellation() async throws {
        let patient = configuration(
            .retry(CallRetryPolicy(initialBackoff: .seconds(3_000), maximumBackoff: .seconds(3_000))))
        try await run([unavailable], client: patient) { (plan: Plan, client: HTTP2ClientChannel) async throws in
            let call = Task { try await client.unary(Probe.unary, BytesValue(), options: CallOptions()) }
            while plan.attempts == 0 { await Task.yield() }
            call.cancel()
            let error = await failure { try await call.value }
            #expect(error?.code == .cancelled)
            #expect(plan.attempts == 1)
        }
    }

    @Test("a hedged call takes the first good answer, and cancels the others")
    func hedging() async throws {
        let stuck = Event()
        let calls = Counter()
        try await ProbeServer.run(
            client: configuration(.hedge(CallHedgingPolicy(maximumAttempts: 3, hedgingDelay: .milliseconds(5)))),
            { router in
                router.unary(Probe.unary) { request, _ in
                    if calls.add() == 1 { try await untilCancelled(ended: stuck) }
                    return request
                }
            }
        ) { server in
            let answer = try await server.client.unary(Probe.unary, BytesValue(2), options: options)
            #expect(answer.message == BytesValue(2))
            await stuck.wait()
            #expect(calls.now >= 2)
        }
    }

    @Test("a hedged call goes on at once after a failure that is not fatal, and ends with one that is")
    func hedgedFailures() async throws {
        let hedging = configuration(.hedge(CallHedgingPolicy(maximumAttempts: 4, hedgingDelay: .seconds(3_000))))
        try await run([unavailable, unavailable], client: hedging) {
            (plan: Plan, client: HTTP2ClientChannel) async throws in
            #expect(try await client.unary(Probe.unary, BytesValue(2), options: options).message == BytesValue(2))
            #expect(plan.previousAttempts == [nil, "1", "2"])
        }
        try await run([unavailable, RPCError(.notFound, "gone")], client: hedging) {
            (plan: Plan, client: HTTP2ClientChannel) async throws in
            let error = await failure { try await client.unary(Probe.unary, BytesValue(), options: options) }
            #expect(error?.code == .notFound)
            #expect(error?.attempts == 2)
        }
    }

    @Test("a method's timeout, and its waiting for a server, come from the configuration")
    func methodDefaults() async throws {
        var configuration = ClientChannelConfiguration()
        configuration.service = try ServiceConfiguration(
            json: Array(
                #"{"methodConfig": [{"name": [{"service": "test.Probe"}], "timeout": "0.05s", "waitForReady": true}]}"#
                    .utf8))
        configuration.resolver = NameResolver { _, _ in throw CancellationError() }
        let client = HTTP2ClientChannel(try ClientTarget("dns:///chat.example"), configuration: configuration)
        let error = await failure { try await client.unary(Probe.unary, BytesValue(), options: CallOptions()) }
        #expect(error?.code == .deadlineExceeded)
        await client.close()
    }
}
