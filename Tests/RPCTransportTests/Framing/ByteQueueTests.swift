import NIOCore
import Testing

@testable import RPCTransport

@Suite struct ByteQueueTests {
    /// Everything in the queue, in order.
    private func content(_ queue: borrowing ByteQueue) -> [UInt8] {
        queue.withBytes { Array($0) }
    }

    @Test func whatGoesInComesOutInOrder() {
        var random = SystemRandomNumberGenerator()
        var queue = ByteQueue()
        var expected: [UInt8] = []
        var next: UInt8 = 0
        for _ in 0..<2_000 {
            if Bool.random(using: &random) || expected.isEmpty {
                let more = (0..<Int.random(in: 0...900, using: &random)).map { _ in
                    next &+= 1
                    return next
                }
                queue.append(more)
                expected += more
            } else {
                let count = Int.random(in: 0...expected.count, using: &random)
                if Bool.random(using: &random) {
                    var taken = [UInt8](repeating: 0, count: count)
                    taken.withUnsafeMutableBytes { queue.moveFirst(count, into: $0) }
                    #expect(taken == Array(expected[..<count]))
                } else {
                    queue.removeFirst(count)
                }
                expected.removeFirst(count)
            }
            let count = queue.count
            #expect(count == expected.count)
        }
        #expect(content(queue) == expected)
    }

    @Test func emptyThingsCanBeAppended() {
        var queue = ByteQueue()
        queue.append([])
        queue.append(ByteBuffer())
        queue.append(UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(content(queue) == [])
        queue.append(ByteBuffer(bytes: [1, 2]))
        queue.append([3])
        #expect(content(queue) == [1, 2, 3])
        queue.removeAll()
        #expect(content(queue) == [])
    }

    @Test func memoryIsHandedOnWithoutWhatItHeld() {
        var spare = SpareMemory()
        var first = spare.queue()
        first.append([1, 2, 3])
        spare.take(from: &first)
        #expect(content(first) == [])
        var second = spare.queue()
        #expect(content(second) == [])
        second.append([4])
        first.append([5])
        #expect(content(second) == [4])
        #expect(content(first) == [5])
    }
}
