import GeneratedMessages
import Testing

@testable import ChatStore

@Suite("A lane's queue is bounded and gives out groups")
struct PostgreSQLQueueTests {
    private static let limits = LaneQueue.Limits(
        maximumQueuedMessages: 10, maximumQueuedBytes: 10_000, maximumGroupMessages: 4, maximumGroupBytes: 4_000)

    @Test("Appends come out in their order, in groups up to the limit, and other work by itself")
    func groups() async throws {
        var queue = LaneQueue(limits: Self.limits)
        let outcome = await collect { callers in
            for (index, caller) in callers.enumerated() {
                let append = Append(sessionID: .random(), items: [.sample("\(index)")])
                _ = queue.add(.append(AppendJob(append, caller: caller)))
                if index == 1 { _ = queue.add(.exchange { fatalError("never made") }) }
            }
            var sizes: [Int] = []
            while let next = queue.takeNext() {
                switch next {
                case .group(let jobs):
                    sizes.append(jobs.count)
                    for job in jobs { job.caller.resume(returning: []) }
                case .exchange: sizes.append(0)
                }
            }
            return sizes
        }
        #expect(outcome == [2, 0, 4, 1])
        #expect(queue.isEmpty && queue.messages == 0 && queue.bytes == 0)
    }

    @Test("It refuses what is above its bounds, and takes again once there is room")
    func bounds() async throws {
        var queue = LaneQueue(limits: Self.limits)
        let answers = (0..<11).map { _ in queue.add(.exchange { fatalError("never made") }) }
        #expect(answers == Array(repeating: true, count: 10) + [false])
        _ = queue.takeNext()
        let isTaken = queue.add(.exchange { fatalError("never made") })
        #expect(isTaken)
    }

    /// Seven callers that wait, for as long as `body` runs; it resumes them all.
    private func collect<R: Sendable>(
        _ body: ([CheckedContinuation<[AppendResult], any Error>]) -> R
    ) async -> R {
        await withTaskGroup(of: Void.self) { group in
            let (stream, gathering) = AsyncStream.makeStream(of: CheckedContinuation<[AppendResult], any Error>.self)
            for _ in 0..<7 {
                group.addTask {
                    _ = try? await withCheckedThrowingContinuation { gathering.yield($0) } as [AppendResult]
                }
            }
            var callers: [CheckedContinuation<[AppendResult], any Error>] = []
            for await caller in stream {
                callers.append(caller)
                if callers.count == 7 { break }
            }
            return body(callers)
        }
    }
}
