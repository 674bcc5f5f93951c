/// A repeated field: a copy-on-write array that lies in the arena of its message.
///
/// A value like `Array`: what was read from a message does not change with it. Elements that are messages share its memory
/// until they are changed. In `message.items.append(…)` the array is changed where it is.
///
/// `@unchecked Sendable`: what it points to is written only by the holder of the only reference (see `Arena`).
public struct RepeatedField<Element: RepeatedElement>: @unchecked Sendable {
    @usableFromInline var arena: Arena?
    @usableFromInline var base: UnsafeMutableRawPointer?
    public private(set) var count: Int

    /// An empty one. Allocates nothing.
    public init() { self.init(arena: nil, base: nil, count: 0) }

    @usableFromInline
    init(arena: Arena?, base: UnsafeMutableRawPointer?, count: Int) {
        self.arena = arena
        self.base = base
        self.count = count
    }
}

// MARK: - Memory

extension RepeatedField {
    @inlinable
    func slot(_ position: Int) -> ElementSlot {
        ElementSlot(base.unsafelyUnwrapped + position * Element.slotByteCount, arena)
    }

    /// Makes sure that nobody else refers to the array's memory.
    @usableFromInline
    mutating func prepareToWrite() {
        if isKnownUniquelyReferenced(&arena), arena.unsafelyUnwrapped.mayWrite { return }
        let copy = RepeatedField(
            copyOf: self, in: Arena.make(byteCount: Swift.max(count, 4) * Element.slotByteCount + 64))
        self = copy
    }

    /// A copy with all that the elements hold, in that arena.
    init(copyOf other: RepeatedField, in arena: Arena) {
        self.init(arena: arena, base: nil, count: 0)
        guard other.count > 0 else { return }
        base = arena.allocate(other.count * Element.slotByteCount)
        count = other.count
        for position in 0..<count { Element.copy(other.slot(position), to: slot(position)) }
    }

    /// Makes room for `minimum` elements. The caller holds the memory alone.
    @usableFromInline
    mutating func makeRoom(for minimum: Int) {
        let arena = arena.unsafelyUnwrapped
        let capacity = base.flatMap { arena.capacity(ofArray: $0) } ?? count
        guard minimum > capacity else { return }
        let grown = Swift.max(minimum, capacity * 2, 4)
        let fresh = arena.allocate(grown * Element.slotByteCount)
        if let base { fresh.copyMemory(from: base, byteCount: count * Element.slotByteCount) }
        arena.setCapacity(grown, ofArray: fresh, replacing: base)
        base = fresh
    }

    @usableFromInline
    mutating func setCount(_ newCount: Int) { count = newCount }
}

// MARK: - Collection

extension RepeatedField: RandomAccessCollection, MutableCollection, RangeReplaceableCollection {
    @inlinable public var startIndex: Int { 0 }
    @inlinable public var endIndex: Int { count }

    @inlinable
    public subscript(position: Int) -> Element {
        get {
            precondition(position >= 0 && position < count, "Index out of range.")
            return Element(slot(position))
        }
        set {
            precondition(position >= 0 && position < count, "Index out of range.")
            prepareToWrite()
            newValue.store(in: slot(position))
        }
    }

    @inlinable
    public mutating func append(_ element: Element) {
        prepareToWrite()
        makeRoom(for: count + 1)
        element.store(in: slot(count))
        setCount(count + 1)
    }

    /// Moves both elements without copying what they hold.
    public mutating func swapAt(_ one: Int, _ other: Int) {
        precondition(one >= 0 && one < count && other >= 0 && other < count, "Index out of range.")
        guard one != other else { return }
        prepareToWrite()
        let left = slot(one).address
        let right = slot(other).address
        for byte in 0..<Element.slotByteCount {
            let moved = left.load(fromByteOffset: byte, as: UInt8.self)
            left.storeBytes(of: right.load(fromByteOffset: byte, as: UInt8.self), toByteOffset: byte, as: UInt8.self)
            right.storeBytes(of: moved, toByteOffset: byte, as: UInt8.self)
        }
    }

    public mutating func reserveCapacity(_ minimum: Int) {
        guard minimum > count else { return }
        prepareToWrite()
        makeRoom(for: minimum)
    }

    public mutating func removeAll(keepingCapacity: Bool = false) { self = RepeatedField() }

    public mutating func replaceSubrange(_ range: Range<Int>, with elements: some Collection<Element>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "Range out of bounds.")
        let inserted = Array(elements)
        let newCount = count - range.count + inserted.count
        guard newCount > 0 else { return removeAll() }
        prepareToWrite()
        makeRoom(for: newCount)
        let tail = slot(range.lowerBound + inserted.count).address
        tail.copyMemory(
            from: slot(range.upperBound).address, byteCount: (count - range.upperBound) * Element.slotByteCount)
        for (distance, element) in inserted.enumerated() { element.store(in: slot(range.lowerBound + distance)) }
        setCount(newCount)
    }
}

extension RepeatedField: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: Element...) { self.init(elements) }
}

extension RepeatedField: Hashable {
    public static func == (one: RepeatedField, other: RepeatedField) -> Bool { one.elementsEqual(other) }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        for element in self { hasher.combine(element) }
    }
}

extension RepeatedField: CustomStringConvertible {
    public var description: String { Array(self).description }
}
