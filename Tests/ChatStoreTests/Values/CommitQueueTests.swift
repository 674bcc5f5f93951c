import Testing

@testable import ChatStore

@Suite("The queue of a writer is bounded and gives out groups")
struct CommitQueueTests {
    private struct Job: CommitJob {
        var number = 0
        var messages = 1
        var bytes = 10
        var deadline: ContinuousClock.Instant?
        var joinsGroups = true

        func hasExpired(at now: ContinuousClock.Instant) -> Bool { deadline.map { $0 <= now } ?? false }
    }

    private static let limits = CommitQueueLimits(
        waitingMessages: 10, waitingBytes: 10_000, groupMessages: 4, groupBytes: 5_000)

    private var queue = CommitQueue<Job>(limits: limits)

    private mutating func add(_ jobs: [Job]) -> [Bool] { jobs.map { queue.add($0) } }

    /// The groups until nothing waits.
    private mutating func drain() -> [[Job]] {
        var groups: [[Job]] = []
        while !queue.isEmpty { groups.append(queue.takeGroup()) }
        return groups
    }

    @Test("Groups are taken in order, each within the limits")
    mutating func groups() {
        #expect(!add([1, 2, 2, 1, 4].map { Job(messages: $0) }).contains(false))
        #expect(queue.messages == 10)
        #expect(drain().map { $0.map(\.messages) } == [[1, 2], [2, 1], [4]])
        #expect(queue.messages == 0 && queue.bytes == 0)
        #expect(queue.takeGroup().isEmpty)
        #expect(!add([2_000, 3_000, 1].map { Job(bytes: $0) }).contains(false))
        #expect(drain().map { $0.map(\.bytes) } == [[2_000, 3_000], [1]])
    }

    @Test("What joins no group goes by itself, in its turn")
    mutating func alone() {
        let jobs = (0..<7).map { Job(number: $0, joinsGroups: $0 != 2 && $0 != 3) }
        #expect(!add(jobs).contains(false))
        #expect(drain().map { $0.map(\.number) } == [[0, 1], [2], [3], [4, 5, 6]])
    }

    @Test("A full queue refuses, by messages and by bytes; an empty one takes a batch of any size")
    mutating func bounds() {
        #expect(add([Job(messages: 20), Job()]) == [true, false])
        #expect(queue.takeGroup().count == 1)
        #expect(add([Job(bytes: 9_000), Job(bytes: 2_000), Job()]) == [true, false, true])
        #expect(drain().map(\.count) == [1, 1])
        #expect(add((0..<11).map { _ in Job() }) == Array(repeating: true, count: 10) + [false])
        #expect(queue.takeGroup().count == 4)
        #expect(add([Job()]) == [true])
    }

    @Test("Those whose deadline has passed are taken out, and make room")
    mutating func expiry() {
        let now = ContinuousClock.now
        let deadlines = [now + .seconds(1), now + .seconds(10), nil, now]
        #expect(!add(deadlines.enumerated().map { Job(number: $0, deadline: $1) }).contains(false))
        #expect(queue.takeExpired(at: now + .seconds(2)).map(\.number) == [0, 3])
        #expect(queue.messages == 2 && queue.bytes == 20)
        #expect(drain().map { $0.map(\.number) } == [[1, 2]])
        #expect(queue.messages == 0)
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
