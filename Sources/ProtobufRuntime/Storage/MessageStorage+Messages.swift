// Singular messages: members, or members of a oneof.

extension MessageStorage {
    /// The message in the field; an unset one reads as empty. Shares this message's memory.
    public func message(_ index: Int) -> MessageStorage {
        let inner = layout.layout(ofMessageField: index)
        guard let pointer = messagePointer(index) else {
            return MessageStorage(arena: nil, pointer: inner.pointee.emptyMessage, layout: inner)
        }
        return MessageStorage(arena: arena, pointer: pointer, layout: inner)
    }

    /// Sets the field to a copy of the message.
    public mutating func setMessage(_ index: Int, _ value: MessageStorage) {
        prepareToWrite()
        let field = field(index)
        let inner = layout.layout(ofMessageField: index)
        precondition(inner == value.layout, "A message of another type.")
        makeCurrent(field)
        let copy = inner.copy(value.pointer, into: arena.unsafelyUnwrapped)
        address(field).storeBytes(of: copy, as: UnsafeMutableRawPointer?.self)
        withExtendedLifetime(value) {}
    }

    /// Changes the message in the field where it is, without a copy; an unset one is set first, and empty.
    public mutating func modifyMessage<R, E: Error>(
        _ index: Int, _ body: (inout MessageStorage) throws(E) -> R
    ) throws(E) -> R {
        var lent = lendMessage(index)
        defer { takeBackMessage(index, lent) }
        return try body(&lent)
    }

    /// The message in the field as its Swift type, read or changed in place.
    public subscript<M: ProtobufMessage>(message index: Int) -> M {
        get { M(storage: message(index)) }
        set { setMessage(index, newValue.storage) }
        _modify {
            var lent = M(storage: lendMessage(index))
            defer { takeBackMessage(index, lent.storage) }
            yield &lent
        }
    }

    private func messagePointer(_ index: Int) -> UnsafeMutableRawPointer? {
        let field = field(index)
        assert(field.pointee.type == .message && !field.pointee.isRepeated)
        return isCurrent(field) ? address(field).load(as: UnsafeMutableRawPointer?.self) : nil
    }

    private mutating func lendMessage(_ index: Int) -> MessageStorage {
        prepareToWrite()
        let field = field(index)
        let inner = layout.layout(ofMessageField: index)
        let arena = arena.unsafelyUnwrapped
        makeCurrent(field)
        let pointer: UnsafeMutableRawPointer
        if let present = messagePointer(index) {
            pointer = present
        } else {
            pointer = inner.makeMessage(in: arena)
            address(field).storeBytes(of: pointer, as: UnsafeMutableRawPointer?.self)
        }
        return MessageStorage(arena: arena.lend(), pointer: pointer, layout: inner)
    }

    /// What was changed in place is here already; what was replaced is copied in.
    private mutating func takeBackMessage(_ index: Int, _ lent: MessageStorage) {
        let isInPlace = arena.unsafelyUnwrapped.endLease(returned: lent.arena)
        if isInPlace, lent.pointer == messagePointer(index) { return }
        setMessage(index, lent)
    }
}
