/// The elements of a repeated field while they are read: an array in the arena that doubles when it is full.
struct JSONElements {
    let stride: Int
    private(set) var count = 0
    private var base: UnsafeMutableRawPointer?
    private var capacity = 0

    init(stride: Int) {
        self.stride = stride
    }

    var isFull: Bool { count == capacity }
    var nextCapacity: Int { max(8, 2 * capacity) }

    /// Moves to memory for ``nextCapacity`` elements. The old memory stays with the arena.
    mutating func grow(into memory: UnsafeMutableRawPointer) {
        if let base { memory.copyMemory(from: base, byteCount: count * stride) }
        capacity = nextCapacity
        base = memory
    }

    /// The place of a new element: zeros. There has to be room.
    mutating func append() -> UnsafeMutableRawPointer {
        guard let base, !isFull else { preconditionFailure("No room was made.") }
        let slot = base + count * stride
        slot.initializeMemory(as: UInt8.self, repeating: 0, count: stride)
        count += 1
        return slot
    }

    /// Makes the elements the field's value.
    func store(into message: UnsafeMutableRawPointer, _ field: UnsafePointer<FieldLayout>) {
        guard count > 0 else { return }
        (message + Int(field.pointee.offset)).storeBytes(of: base, as: UnsafeMutableRawPointer?.self)
        (message + Int(field.pointee.quantifier)).storeBytes(of: count, as: Int.self)
    }
}

/// Which fields of a message were there, by index.
struct FieldSet {
    private var low: UInt64 = 0
    private var high: Set<Int> = []

    /// - Returns: false if it was in the set before.
    @inline(__always)
    mutating func insert(_ index: Int) -> Bool {
        guard index < 64 else { return high.insert(index).inserted }
        let bit: UInt64 = 1 << UInt64(index)
        defer { low |= bit }
        return low & bit == 0
    }
}

/// A map's key as its value, so that `1` and `1.0` are seen to be the same.
enum JSONMapKey: Hashable {
    case text([UInt8])
    case number(UInt64)
}
