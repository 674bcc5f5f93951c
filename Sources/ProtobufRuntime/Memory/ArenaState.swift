/// Where an arena's next bytes come from: a bump allocator over a first block that lies in the arena object itself and
/// further blocks that double in size.
///
/// Everything is aligned to 8 bytes, which is enough for all that protobuf-c keeps in structs and arrays.
@usableFromInline
struct ArenaState {
    private var next: UnsafeMutableRawPointer
    private var end: UnsafeMutableRawPointer
    /// The latest of the further blocks; each begins with a pointer to the one before.
    private var lastBlock: UnsafeMutableRawPointer?
    private var nextBlockBytes: Int
    /// How much more may be taken, in bytes. Without bound for messages that we build ourselves.
    private var budget: Int
    /// Whether an allocation was refused.
    private(set) var isExhausted = false
    /// How many elements fit into arrays that were grown here, so that appending is O(1), amortized.
    private var capacities: [UnsafeMutableRawPointer: Int]?

    init(firstBlock: UnsafeMutableRawPointer, byteCount: Int, budget: Int) {
        self.next = firstBlock
        self.end = firstBlock + byteCount
        self.nextBlockBytes = max(1024, byteCount * 2)
        self.budget = budget - byteCount
    }

    private static let largestBlockBytes = 1 << 20
    private static let blockHeaderBytes = 16

    static func rounded(_ byteCount: Int) -> Int { (byteCount + 7) & ~7 }

    /// Memory that is not initialised, or nil when the budget or the machine has no more.
    @inline(__always)
    mutating func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
        let size = Self.rounded(byteCount)
        if size <= end - next {
            defer { next += size }
            return next
        }
        return allocateBlock(for: size)
    }

    @inline(never)
    private mutating func allocateBlock(for size: Int) -> UnsafeMutableRawPointer? {
        guard size <= budget else {
            isExhausted = true
            return nil
        }
        let byteCount = max(size, min(nextBlockBytes, budget))
        let block = UnsafeMutableRawPointer.allocate(byteCount: byteCount + Self.blockHeaderBytes, alignment: 16)
        block.storeBytes(of: lastBlock, as: UnsafeMutableRawPointer?.self)
        lastBlock = block
        budget -= byteCount
        nextBlockBytes = min(byteCount * 2, Self.largestBlockBytes)
        let start = block + Self.blockHeaderBytes
        // A large value alone in its block leaves the rest of the current one in use.
        if byteCount - size > end - next {
            next = start + size
            end = start + byteCount
        }
        return start
    }

    /// Gives bytes back. Only the last allocation can be used again: enough for a value that grows or is set again and again.
    mutating func release(_ pointer: UnsafeMutableRawPointer, _ byteCount: Int) {
        if pointer + Self.rounded(byteCount) == next { next = pointer }
    }

    mutating func liftBudget() { budget = .max }

    func capacity(ofArray base: UnsafeMutableRawPointer) -> Int? { capacities?[base] }

    mutating func setCapacity(
        _ capacity: Int, ofArray base: UnsafeMutableRawPointer, replacing old: UnsafeMutableRawPointer?
    ) {
        if let old { capacities?[old] = nil }
        capacities = capacities ?? [:]
        capacities?[base] = capacity
    }

    func freeBlocks() {
        var block = lastBlock
        while let current = block {
            block = current.load(as: UnsafeMutableRawPointer?.self)
            current.deallocate()
        }
    }
}
