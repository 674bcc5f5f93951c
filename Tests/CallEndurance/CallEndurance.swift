import ArgumentParser
import Logging
import NIOCore
import NIOPosix
import ProtobufRuntime
import RPCCore
import RPCTransport

/// `call-endurance`: makes many calls of each kind, most of them cancelled at some random point, and then looks for what is
/// left behind: streams, tasks (which hold their streams), arenas. Ends with status 1 if there is anything.
@main
struct CallEndurance: AsyncParsableCommand {
    @Option(help: "How many calls of each kind.")
    var calls = 100_000

    @Option(help: "Where the random choices begin; printed, so that a run can be repeated.")
    var seed = UInt64.random(in: .min ... .max)

    @Option(help: "Calls under way at a time.")
    var concurrency = 64

    func run() async throws {
        print("seed \(seed)")
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let metrics = CallMetrics()
        let server = try await EnduranceServer.start(metrics: metrics, group: group)
        var outcomes = Outcomes()
        for kind in CallPlan.Kind.allCases {
            let ended = try await Callers(port: server.port, concurrency: concurrency)
                .make(calls, of: kind, seed: seed ^ kind.salt)
            print("\(kind): \(ended)")
            outcomes.add(ended)
        }
        await server.server.shutdown(grace: .seconds(10))
        try await group.shutdownGracefully()

        let left = await Leftovers.awaitNone(metrics: metrics)
        print("left: \(left)")
        // Unless calls ended in each of the ways, little was tried.
        guard left.isNothing, outcomes.isVaried, outcomes.total == calls * CallPlan.Kind.allCases.count else {
            throw ExitCode.failure
        }
    }
}
