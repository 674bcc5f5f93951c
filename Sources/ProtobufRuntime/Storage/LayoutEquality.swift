import CProtobufC

// Equality by content. Floats by their bits, maps whatever their order, unknown fields as they came.

extension UnsafePointer where Pointee == MessageLayout {
    func areEqual(_ one: UnsafeMutableRawPointer, _ other: UnsafeMutableRawPointer) -> Bool {
        if one == other { return true }
        for index in 0..<pointee.fieldCount {
            let field = pointee.fields + index
            switch field.pointee.shape {
            case .map: guard mapsAreEqual(index, one, other) else { return false }
            case .repeated: guard arraysAreEqual(index, one, other) else { return false }
            case .implicit, .oneofMember:
                let isSet = field.isSet(in: one)
                guard isSet == field.isSet(in: other) else { return false }
                let offset = Int(field.pointee.offset)
                guard !isSet || valuesAreEqual(index, one + offset, other + offset) else { return false }
            }
        }
        return unknownFieldsAreEqual(one, other)
    }

    private func valuesAreEqual(
        _ index: Int, _ one: UnsafeMutableRawPointer, _ other: UnsafeMutableRawPointer
    ) -> Bool {
        let field = pointee.fields[index]
        if field.isBytes { return ByteSlot.areEqual(one.load(as: ByteSlot.self), other.load(as: ByteSlot.self)) }
        guard field.type == .message else { return Bytes.areEqual(one, other, Int(field.stride)) }
        let inner = layout(ofMessageField: index)
        switch (one.load(as: UnsafeMutableRawPointer?.self), other.load(as: UnsafeMutableRawPointer?.self)) {
        case (nil, nil): return true
        case (let one?, let other?): return inner.areEqual(one, other)
        default: return false
        }
    }

    private func arraysAreEqual(
        _ index: Int, _ one: UnsafeMutableRawPointer, _ other: UnsafeMutableRawPointer
    ) -> Bool {
        let field = pointee.fields[index]
        let one = ArrayReference(field, in: one)
        let other = ArrayReference(field, in: other)
        guard one.count == other.count, let left = one.base, let right = other.base else {
            return one.count == other.count
        }
        let stride = Int(field.stride)
        if !field.isBytes, field.type != .message { return Bytes.areEqual(left, right, one.count * stride) }
        for position in 0..<one.count {
            let offset = position * stride
            guard valuesAreEqual(index, left + offset, right + offset) else { return false }
        }
        return true
    }

    private func mapsAreEqual(
        _ index: Int, _ one: UnsafeMutableRawPointer, _ other: UnsafeMutableRawPointer
    ) -> Bool {
        let one = ArrayReference(pointee.fields[index], in: one)
        let other = ArrayReference(pointee.fields[index], in: other)
        guard one.count == other.count else { return false }
        guard one.count > 0 else { return true }
        let entry = layout(ofMessageField: index)
        let positions = entry.positionsByKey(other)
        for position in 0..<one.count {
            let message = one.message(position)
            guard let match = positions[entry.key(of: message)],
                entry.entryValuesAreEqual(message, other.message(match))
            else { return false }
        }
        return true
    }

    /// An entry without a value has the default one.
    private func entryValuesAreEqual(_ one: UnsafeMutableRawPointer, _ other: UnsafeMutableRawPointer) -> Bool {
        let offset = Int(pointee.fields[1].offset)
        guard pointee.fields[1].type == .message else { return valuesAreEqual(1, one + offset, other + offset) }
        let inner = layout(ofMessageField: 1)
        let empty = inner.pointee.emptyMessage
        return inner.areEqual(
            (one + offset).load(as: UnsafeMutableRawPointer?.self) ?? empty,
            (other + offset).load(as: UnsafeMutableRawPointer?.self) ?? empty)
    }

    private func unknownFieldsAreEqual(_ one: UnsafeMutableRawPointer, _ other: UnsafeMutableRawPointer) -> Bool {
        let one = one.assumingMemoryBound(to: ProtobufCMessage.self).pointee
        let other = other.assumingMemoryBound(to: ProtobufCMessage.self).pointee
        guard one.n_unknown_fields == other.n_unknown_fields else { return false }
        for index in 0..<Int(one.n_unknown_fields) {
            let left = one.unknown_fields[index]
            let right = other.unknown_fields[index]
            guard left.tag == right.tag, left.wire_type == right.wire_type, left.len == right.len,
                Bytes.areEqual(left.data, right.data, left.len)
            else { return false }
        }
        return true
    }
}

extension ByteSlot {
    static func areEqual(_ one: ByteSlot, _ other: ByteSlot) -> Bool {
        one.count == other.count && Bytes.areEqual(one.base, other.base, one.count)
    }
}

/// A repeated field of a C struct.
struct ArrayReference {
    let base: UnsafeMutableRawPointer?
    let count: Int

    init(_ field: FieldLayout, in message: UnsafeMutableRawPointer) {
        base = (message + Int(field.offset)).load(as: UnsafeMutableRawPointer?.self)
        count = (message + Int(field.quantifier)).load(as: Int.self)
    }

    /// An element of an array of messages, which is never NULL.
    func message(_ position: Int) -> UnsafeMutableRawPointer {
        base.unsafelyUnwrapped.load(fromByteOffset: position * 8, as: UnsafeMutableRawPointer.self)
    }
}
