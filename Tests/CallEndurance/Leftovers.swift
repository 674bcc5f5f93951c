import ProtobufRuntime
import RPCCore
import RPCTransport

/// How calls ended.
struct Outcomes: CustomStringConvertible {
    private var counts: [StatusCode: Int] = [:]

    var total: Int { counts.values.reduce(0, +) }

    /// Whether some succeeded, some were cancelled, some came too late and some failed.
    var isVaried: Bool {
        [StatusCode.ok, .cancelled, .deadlineExceeded, .aborted].allSatisfy { counts[$0, default: 0] > 0 }
    }

    mutating func add(_ status: StatusCode) { counts[status, default: 0] += 1 }

    mutating func add(_ others: Outcomes) { counts.merge(others.counts) { $0 + $1 } }

    var description: String {
        counts.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
}

/// What there still is when all calls have ended.
struct Leftovers: CustomStringConvertible {
    var serverStreams: Int
    var clientCalls: Int
    var arenas: Int
    var handlers: Int

    var isNothing: Bool { serverStreams == 0 && clientCalls == 0 && arenas == 0 && handlers == 0 }

    var description: String {
        "\(serverStreams) streams of the server, \(clientCalls) calls of the client, \(handlers) handlers, \(arenas) arenas"
    }

    private static func count(_ metrics: CallMetrics) -> Leftovers {
        Leftovers(
            serverStreams: LiveCalls.server.count, clientCalls: LiveCalls.client.count, arenas: LiveArenas.count,
            handlers: metrics.runningCalls)
    }

    /// Waits until there is nothing, ten seconds at most: the last handlers may still be on their way out.
    static func awaitNone(metrics: CallMetrics) async -> Leftovers {
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            let left = count(metrics)
            if left.isNothing || ContinuousClock.now > deadline { return left }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }
}
