import GeneratedMessages
import RPCCore
import RPCTransport

/// Keeps a number of gRPC calls in flight for a while and prints what came back, as one line of JSON.
@main
struct LoadGenerator {
    static func main() async throws {
        let plan = try LoadPlan(CommandLine.arguments.dropFirst())
        let channel = HTTP2ClientChannel(try Endpoint(plan.address))
        let client = MessageServiceClient(channel: channel)
        if plan.workload == .prepare {
            try await prepare(client, plan)
        } else {
            print(try await measure(client, EchoCalls(channel: channel), plan).json)
        }
        await channel.close()
    }

    /// Makes each session, with one batch of messages.
    private static func prepare(_ client: MessageServiceClient, _ plan: LoadPlan) async throws {
        for session in 1...plan.sessions {
            _ = try await client.batchCreateMessages(plan.batch(session: session))
        }
    }

    /// Calls that end before the warm-up is over, or after the time is up, don't count.
    private static func measure(
        _ client: MessageServiceClient, _ echo: EchoCalls, _ plan: LoadPlan
    ) async throws -> LoadResult {
        let start = ContinuousClock.now + plan.warmUp
        let end = start + plan.time
        let latencies = try await withThrowingTaskGroup(of: [Duration].self) { group in
            for _ in 0..<(plan.workload == .ingest ? plan.streams : 0) {
                group.addTask {
                    try await IngestCalls(plan, inFlight: plan.inFlight / plan.streams).run(
                        client, from: start, to: end)
                }
            }
            for _ in 0..<(plan.workload == .ingest ? 0 : plan.inFlight) {
                group.addTask {
                    var latencies: [Duration] = []
                    while true {
                        let before = ContinuousClock.now
                        try await call(client, echo, plan)
                        let after = ContinuousClock.now
                        if after >= end { return latencies }
                        if after >= start { latencies.append(after - before) }
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        return LoadResult(latencies: latencies, time: plan.time)
    }

    private static func call(_ client: MessageServiceClient, _ echo: EchoCalls, _ plan: LoadPlan) async throws {
        let session = Int.random(in: 1...plan.sessions)
        switch plan.workload {
        case .append, .appendRandom: _ = try await client.createMessage(plan.message(session: session))
        case .batch: _ = try await client.batchCreateMessages(plan.batch(session: session))
        case .list: _ = try await client.listMessages(plan.page(session: session))
        case .echo: try await echo.call()
        case .prepare, .ingest: break
        }
    }
}
