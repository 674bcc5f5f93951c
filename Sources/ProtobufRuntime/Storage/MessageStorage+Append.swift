// Building repeated messages and maps by index alone, for codecs that know a message only by its schema.

extension MessageStorage {
    /// Appends a message to a repeated field, or an entry to a map, that `body` fills where it lies. If `body` throws, nothing
    /// is appended. After a map's last entry call `keepLastEntryOfEachKey`.
    public mutating func appendMessage<E: Error>(
        _ index: Int, _ body: (inout MessageStorage) throws(E) -> Void
    ) throws(E) {
        prepareToWrite()
        let inner = layout.layout(ofMessageField: index)
        let position = growMessages(index, inner)
        let arena = arena.unsafelyUnwrapped
        var lent = MessageStorage(arena: arena.lend(), pointer: message(index, at: position).pointer, layout: inner)
        do throws(E) {
            try body(&lent)
        } catch {
            takeBack(lent, index, position)
            setArray(index, arrayBase(index), position)
            throw error
        }
        takeBack(lent, index, position)
    }

    /// Adds an empty message and returns its position. The caller holds the memory alone.
    private func growMessages(_ index: Int, _ inner: Layout) -> Int {
        let arena = arena.unsafelyUnwrapped
        let position = count(index)
        var base = arrayBase(index)
        let capacity = base.flatMap { arena.capacity(ofArray: $0) } ?? position
        if position == capacity {
            let grown = arena.allocate(max(capacity * 2, 4) * 8)
            if let base { grown.copyMemory(from: base, byteCount: position * 8) }
            arena.setCapacity(max(capacity * 2, 4), ofArray: grown, replacing: base)
            base = grown
        }
        base.unsafelyUnwrapped.storeBytes(
            of: inner.makeMessage(in: arena), toByteOffset: position * 8, as: UnsafeMutableRawPointer.self)
        setArray(index, base, position + 1)
        return position
    }

    private mutating func takeBack(_ lent: MessageStorage, _ index: Int, _ position: Int) {
        let isInPlace = arena.unsafelyUnwrapped.endLease(returned: lent.arena)
        if isInPlace, lent.pointer == message(index, at: position).pointer { return }
        prepareToWrite()
        let copy = lent.layout.copy(lent.pointer, into: arena.unsafelyUnwrapped)
        arrayBase(index).unsafelyUnwrapped.storeBytes(
            of: copy, toByteOffset: position * 8, as: UnsafeMutableRawPointer.self)
        withExtendedLifetime(lent) {}
    }

    private func arrayBase(_ index: Int) -> UnsafeMutableRawPointer? {
        address(field(index)).load(as: UnsafeMutableRawPointer?.self)
    }

    /// Of the entries of a map that have the same key keeps the last (the rule of the wire format).
    public mutating func keepLastEntryOfEachKey(_ index: Int) {
        prepareToWrite()
        layout.removeDuplicateKeys(ofMap: index, in: pointer)
    }
}
