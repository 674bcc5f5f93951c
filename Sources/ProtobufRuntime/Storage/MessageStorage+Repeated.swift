// Repeated fields.

extension MessageStorage {
    /// A repeated field as a collection, read or changed in place. A `repeated string` is one of `String` or `FieldBytes`, a
    /// `repeated bytes` one of `[UInt8]` or `FieldBytes`.
    public subscript<E: RepeatedElement>(repeated index: Int) -> RepeatedField<E> {
        get {
            let (base, count) = array(index)
            assert(E.slotByteCount == Int(field(index).pointee.stride))
            return count == 0 ? RepeatedField() : RepeatedField(arena: arena, base: base, count: count)
        }
        set {
            prepareToWrite()
            let copy = RepeatedField(copyOf: newValue, in: arena.unsafelyUnwrapped)
            setArray(index, copy.base, copy.count)
        }
        _modify {
            var lent: RepeatedField<E> = lendArray(index)
            defer { takeBackArray(index, lent) }
            yield &lent
        }
    }

    /// How many elements, or entries, the field has.
    public func count(_ index: Int) -> Int { array(index).count }

    /// An element of a repeated message field, or an entry of a map. Shares this message's memory.
    public func message(_ index: Int, at position: Int) -> MessageStorage {
        let (base, count) = array(index)
        precondition(position >= 0 && position < count, "Index out of range.")
        let inner = layout.layout(ofMessageField: index)
        guard let pointer = base.unsafelyUnwrapped.load(fromByteOffset: position * 8, as: UnsafeMutableRawPointer?.self)
        else { return MessageStorage(arena: nil, pointer: inner.pointee.emptyMessage, layout: inner) }
        return MessageStorage(arena: arena, pointer: pointer, layout: inner)
    }

    private func array(_ index: Int) -> (base: UnsafeMutableRawPointer?, count: Int) {
        let field = field(index)
        assert(field.pointee.isRepeated)
        return (address(field).load(as: UnsafeMutableRawPointer?.self), quantifier(field).load(as: Int.self))
    }

    func setArray(_ index: Int, _ base: UnsafeMutableRawPointer?, _ count: Int) {
        let field = field(index)
        address(field).storeBytes(of: base, as: UnsafeMutableRawPointer?.self)
        quantifier(field).storeBytes(of: count, as: Int.self)
    }

    private mutating func lendArray<E>(_ index: Int) -> RepeatedField<E> {
        prepareToWrite()
        let (base, count) = array(index)
        assert(E.slotByteCount == Int(field(index).pointee.stride))
        return RepeatedField(arena: arena.unsafelyUnwrapped.lend(), base: base, count: count)
    }

    private mutating func takeBackArray<E>(_ index: Int, _ lent: RepeatedField<E>) {
        if arena.unsafelyUnwrapped.endLease(returned: lent.arena) {
            setArray(index, lent.base, lent.count)
        } else {
            self[repeated: index] = lent
        }
    }
}
