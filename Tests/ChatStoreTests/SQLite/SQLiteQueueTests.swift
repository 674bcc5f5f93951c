import GeneratedMessages
import Testing

@testable import ChatStore

@Suite("The queue of SQLite's writer")
struct SQLiteQueueTests {
    private static let limits = WriteQueue.Limits(
        waitingMessages: 10, waitingBytes: 10_000, commitMessages: 4, commitBytes: 5_000)

    /// A job of an append, with its outcome as the value of the task.
    private func job(
        _ items: [Append.Item], deadline: ContinuousClock.Instant? = nil
    ) async -> WriteJob {
        await withCheckedContinuation { made in
            Task {
                _ = try? await withCheckedThrowingContinuation { caller in
                    let append = Append(sessionID: .random(), items: items, deadline: deadline)
                    made.resume(returning: .append(AppendJob(append, caller: caller)))
                }
            }
        }
    }

    /// Answers jobs that a test has seen enough of.
    private func discard(_ jobs: [WriteJob]) {
        for job in jobs { job.fail(.notRunning) }
    }

    private func items(_ count: Int, bytes: Int = 5) -> [Append.Item] {
        (0..<count).map { _ in .sample(String(repeating: "x", count: bytes)) }
    }

    @Test("Groups are taken in order, each within the limits of a commit")
    func groups() async {
        var queue = WriteQueue(limits: Self.limits)
        for count in [1, 2, 2, 1, 4] {
            let isAdded = queue.add(await job(items(count)))
            #expect(isAdded)
        }
        #expect(queue.messages == 10)
        var taken: [[Int]] = []
        while !queue.isEmpty {
            let (group, expired) = queue.takeGroup(at: .now)
            #expect(expired.isEmpty)
            taken.append(group.map(\.messages))
            discard(group)
        }
        #expect(taken == [[1, 2], [2, 1], [4]])
        #expect(queue.messages == 0 && queue.bytes == 0)
    }

    @Test("A full queue refuses, by messages and by bytes; an empty one takes a batch of any size")
    func bounds() async {
        var queue = WriteQueue(limits: Self.limits)
        let jobs = [await job(items(20)), await job(items(1))]
        let added = jobs.map { queue.add($0) }
        #expect(added == [true, false])
        discard(queue.takeGroup(at: .now).group)
        #expect(queue.isEmpty)
        let wide = [await job(items(1, bytes: 9_000)), await job(items(1, bytes: 2_000)), jobs[1]]
        let wideAdded = wide.map { queue.add($0) }
        #expect(wideAdded == [true, false, true])
        let group = queue.takeGroup(at: .now).group
        #expect(group.count == 1)
        discard(group + queue.takeGroup(at: .now).group + [wide[1]])
    }

    @Test("Jobs whose deadline has passed are not in the group")
    func expiry() async {
        var queue = WriteQueue(limits: Self.limits)
        let now = ContinuousClock.now
        for deadline in [now.advanced(by: .seconds(1)), now.advanced(by: .seconds(10)), nil] {
            let isAdded = queue.add(await job(items(1), deadline: deadline))
            #expect(isAdded)
        }
        let (group, expired) = queue.takeGroup(at: now.advanced(by: .seconds(2)))
        #expect(group.count == 2 && expired.count == 1)
        #expect(queue.isEmpty && queue.messages == 0)
        discard(group + expired)
    }

    @Test("A FIFO gives back what it was given, in order")
    func fifo() {
        var generator = SeededGenerator(stream: 21)
        var fifo = FIFO<Int>()
        var (added, taken) = (0, 0)
        for _ in 0..<20_000 {
            if Bool.random(using: &generator) || Int.random(in: 0..<4, using: &generator) == 0 {
                fifo.append(added)
                added += 1
            } else if let first = fifo.first {
                #expect(first == taken)
                let popped = fifo.popFirst()
                #expect(popped == taken)
                taken += 1
            }
            #expect(fifo.count == added - taken)
        }
        while let next = fifo.popFirst() {
            #expect(next == taken)
            taken += 1
        }
        #expect(taken == added && fifo.isEmpty)
    }
}
