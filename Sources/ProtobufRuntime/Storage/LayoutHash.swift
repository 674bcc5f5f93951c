import CProtobufC

// Hashing by content, so that what is equal hashes alike.

extension UnsafePointer where Pointee == MessageLayout {
    func hash(_ message: UnsafeMutableRawPointer, into hasher: inout Hasher) {
        for index in 0..<pointee.fieldCount {
            let field = pointee.fields[index]
            switch field.shape {
            case .map: hashMap(index, ArrayReference(field, in: message), into: &hasher)
            case .repeated:
                let array = ArrayReference(field, in: message)
                hasher.combine(array.count)
                guard let base = array.base else { continue }
                for position in 0..<array.count { hashValue(index, base + position * Int(field.stride), into: &hasher) }
            case .implicit, .oneofMember:
                guard (pointee.fields + index).isSet(in: message) else { continue }
                hasher.combine(field.number)
                hashValue(index, message + Int(field.offset), into: &hasher)
            }
        }
        let base = message.assumingMemoryBound(to: ProtobufCMessage.self).pointee
        for index in 0..<Int(base.n_unknown_fields) {
            let unknown = base.unknown_fields[index]
            hasher.combine(unknown.tag)
            hasher.combine(bytes: UnsafeRawBufferPointer(start: unknown.data, count: unknown.len))
        }
    }

    private func hashValue(_ index: Int, _ value: UnsafeMutableRawPointer, into hasher: inout Hasher) {
        let field = pointee.fields[index]
        if field.isBytes {
            let slot = value.load(as: ByteSlot.self)
            hasher.combine(slot.count)
            hasher.combine(bytes: UnsafeRawBufferPointer(start: slot.base, count: slot.count))
        } else if field.type == .message {
            guard let inner = value.load(as: UnsafeMutableRawPointer?.self) else { return hasher.combine(false) }
            hasher.combine(true)
            layout(ofMessageField: index).hash(inner, into: &hasher)
        } else {
            hasher.combine(bytes: UnsafeRawBufferPointer(start: value, count: Int(field.stride)))
        }
    }

    /// The sum of the entries' hashes does not depend on their order. (Keys are enough: equal maps have equal keys.)
    private func hashMap(_ index: Int, _ entries: ArrayReference, into hasher: inout Hasher) {
        let entry = layout(ofMessageField: index)
        var sum = 0
        for position in 0..<entries.count { sum &+= entry.key(of: entries.message(position)).hashValue }
        hasher.combine(sum)
    }
}

extension MessageStorage: Hashable {
    /// Equal by content: see `ProtobufMessage`.
    public static func == (one: MessageStorage, other: MessageStorage) -> Bool {
        guard one.layout == other.layout else { return false }
        return withExtendedLifetime((one, other)) { one.layout.areEqual(one.pointer, other.pointer) }
    }

    public func hash(into hasher: inout Hasher) {
        withExtendedLifetime(self) { layout.hash(pointer, into: &hasher) }
    }
}
