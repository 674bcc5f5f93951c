extension RepeatedField where Element: ProtobufMessage {
    /// Appends an element that `body` fills where it lies, so that nothing is copied; O(1), amortized. If `body` throws,
    /// nothing is appended.
    @inlinable
    public mutating func append<E: Error>(with body: (inout Element) throws(E) -> Void) throws(E) {
        let position = count
        beginAppend()
        var lent = lend(position)
        do throws(E) {
            try body(&lent)
        } catch {
            takeBack(position, lent)
            setCount(position)
            throw error
        }
        takeBack(position, lent)
    }

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
        _modify {
            precondition(position >= 0 && position < count, "Index out of range.")
            prepareToWrite()
            var lent = lend(position)
            defer { takeBack(position, lent) }
            yield &lent
        }
    }

    @usableFromInline
    mutating func beginAppend() {
        prepareToWrite()
        makeRoom(for: count + 1)
        let fresh = Element.schema.layout.makeMessage(in: arena.unsafelyUnwrapped)
        slot(count).address.storeBytes(of: fresh, as: UnsafeMutableRawPointer?.self)
        setCount(count + 1)
    }

    @usableFromInline
    func lend(_ position: Int) -> Element {
        let layout = Element.schema.layout
        let arena = arena.unsafelyUnwrapped
        let slot = slot(position).address
        let pointer: UnsafeMutableRawPointer
        if let present = slot.load(as: UnsafeMutableRawPointer?.self) {
            pointer = present
        } else {
            pointer = layout.makeMessage(in: arena)
            slot.storeBytes(of: pointer, as: UnsafeMutableRawPointer?.self)
        }
        return Element(storage: MessageStorage(arena: arena.lend(), pointer: pointer, layout: layout))
    }

    @usableFromInline
    mutating func takeBack(_ position: Int, _ lent: Element) {
        let isInPlace = arena.unsafelyUnwrapped.endLease(returned: lent.storage.arena)
        if isInPlace, lent.storage.pointer == slot(position).address.load(as: UnsafeMutableRawPointer?.self) { return }
        prepareToWrite()
        lent.store(in: slot(position))
    }
}
