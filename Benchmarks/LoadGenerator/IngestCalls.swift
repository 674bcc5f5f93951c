import GeneratedMessages
import ProtobufRuntime
import RPCCore
import Synchronization

/// A stream of appends with a number of them on their way at once: answers come in the order of the requests.
final class IngestCalls: Sendable {
    private struct State {
        /// When those were sent that have no answer yet.
        var sent: [ContinuousClock.Instant] = []
        var answered = 0
        var waiter: CheckedContinuation<Void, Never>?
    }

    private struct Refused: Error {}

    private let plan: LoadPlan
    private let maximum: Int
    private let state = Mutex(State())

    init(_ plan: LoadPlan, inFlight: Int) {
        self.plan = plan
        maximum = max(1, inFlight)
    }

    /// How long each append took that was answered between the two.
    func run(
        _ client: MessageServiceClient, from start: ContinuousClock.Instant, to end: ContinuousClock.Instant
    ) async throws -> [Duration] {
        try await client.ingestMessages(
            requests: { requests in
                while ContinuousClock.now < end {
                    // As many to one session as a batch has.
                    let session = Int.random(in: 1...self.plan.sessions)
                    for _ in 0..<self.plan.messagesPerBatch {
                        await self.waitForRoom()
                        try await requests.write(.with { $0.message = self.plan.message(session: session) })
                    }
                }
            },
            responses: { responses in
                var latencies: [Duration] = []
                for try await response in responses {
                    guard case .created? = response.outcome else { throw Refused() }
                    let now = ContinuousClock.now
                    let took = now - self.takeOldest()
                    if now >= start, now < end { latencies.append(took) }
                }
                return latencies
            })
    }

    private func waitForRoom() async {
        await withCheckedContinuation { continuation in
            let hasRoom = state.withLock { state in
                if state.sent.count - state.answered < maximum {
                    state.sent.append(.now)
                    return true
                }
                state.waiter = continuation
                return false
            }
            if hasRoom { continuation.resume() }
        }
    }

    private func takeOldest() -> ContinuousClock.Instant {
        let (instant, waiter) = state.withLock { state in
            let instant = state.sent[state.answered]
            state.answered += 1
            let waiter = state.waiter
            state.waiter = nil
            if waiter != nil { state.sent.append(.now) }
            return (instant, waiter)
        }
        waiter?.resume()
        return instant
    }
}
