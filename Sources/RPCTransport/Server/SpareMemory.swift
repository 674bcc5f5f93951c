/// Small blocks of memory of ended calls, for the next ones of the same connection.
struct SpareMemory: ~Copyable {
    private static let maximumCount = 128
    private static let maximumBytes = 4_096

    private var blocks: [UnsafeMutableRawBufferPointer] = []

    init() {}

    deinit {
        for block in blocks { block.deallocate() }
    }

    mutating func queue() -> ByteQueue {
        ByteQueue(memory: blocks.popLast() ?? UnsafeMutableRawBufferPointer(start: nil, count: 0))
    }

    /// Takes the memory of a queue that nobody needs any more.
    mutating func take(from queue: inout ByteQueue) {
        let memory = queue.takeMemory()
        guard memory.count > 0, memory.count <= Self.maximumBytes, blocks.count < Self.maximumCount else {
            return memory.deallocate()
        }
        blocks.append(memory)
    }
}
