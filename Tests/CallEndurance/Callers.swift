import GeneratedRPC
import ProtobufRuntime
import RPCCore
import RPCTransport

/// Makes calls over a few connections, several at a time.
struct Callers {
    let port: Int
    let concurrency: Int

    private static let connections = 4

    func make(_ calls: Int, of kind: CallPlan.Kind, seed: UInt64) async throws -> Outcomes {
        let endpoint = try Endpoint(host: "127.0.0.1", port: port)
        let channels = (0..<Self.connections).map { _ in HTTP2ClientChannel(endpoint) }
        let outcomes = await withTaskGroup(of: Outcomes.self) { group in
            for caller in 0..<concurrency {
                let share = calls / concurrency + (caller < calls % concurrency ? 1 : 0)
                let channel = channels[caller % Self.connections]
                group.addTask {
                    var random = SplitMix64(state: seed &+ UInt64(caller) << 48)
                    var outcomes = Outcomes()
                    for _ in 0..<share { outcomes.add(await Self.make(CallPlan(kind, &random), on: channel)) }
                    return outcomes
                }
            }
            var sum = Outcomes()
            for await part in group { sum.add(part) }
            return sum
        }
        for channel in channels { await channel.close() }
        return outcomes
    }

    /// One call, and the status that it ended with.
    private static func make(_ plan: CallPlan, on channel: HTTP2ClientChannel) async -> StatusCode {
        let call = Task {
            do {
                try await perform(plan, on: channel)
                return StatusCode.ok
            } catch {
                return (error as? RPCError)?.code ?? .unknown
            }
        }
        if case .cancelled(let yields) = plan.end {
            for _ in 0..<yields { await Task.yield() }
            call.cancel()
        }
        return await call.value
    }

    private struct Abandoned: Error {}

    private static func perform(_ plan: CallPlan, on channel: HTTP2ClientChannel) async throws {
        var options = CallOptions()
        if case .deadline(let microseconds) = plan.end { options.timeout = .microseconds(microseconds) }
        var mostMessages = Int.max
        if case .abandoned(let messages) = plan.end { mostMessages = messages }
        let most = mostMessages
        var bytes = [UInt8](repeating: UInt8(plan.messages), count: plan.bytes + 2)
        bytes[0] = UInt8(plan.behaviour)
        let request = BytesValue.with { $0.value = bytes }
        let write: @Sendable (MessageWriter<BytesValue>) async throws -> Void = { requests in
            for number in 0..<plan.messages {
                if number >= most { throw Abandoned() }
                try await requests.write(request)
            }
        }
        let read: @Sendable (MessageStream<BytesValue>) async throws -> Void = { responses in
            var number = 0
            for try await _ in responses {
                number += 1
                if number > most { return }
            }
        }
        switch plan.kind {
        case .unary: _ = try await channel.unary(EnduranceServer.unary, request, options: options)
        case .serverStreaming:
            try await channel.serverStreaming(EnduranceServer.down, request, options: options, read)
        case .clientStreaming: _ = try await channel.clientStreaming(EnduranceServer.up, options: options, write)
        case .bidirectional: try await channel.bidirectional(EnduranceServer.both, options: options, write, read)
        }
    }
}
