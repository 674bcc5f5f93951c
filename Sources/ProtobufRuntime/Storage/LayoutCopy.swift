import CProtobufC

// Making and copying C structs. `copy` keeps nothing of the source's memory, so that the copy's arena stands alone.

extension UnsafePointer where Pointee == MessageLayout {
    /// An empty message.
    @usableFromInline
    func makeMessage(in arena: Arena) -> UnsafeMutableRawPointer {
        let fresh = arena.allocate(pointee.structSize)
        fresh.copyMemory(from: pointee.emptyMessage, byteCount: pointee.structSize)
        return fresh
    }

    /// A copy of the message at `source` with all that it holds.
    @usableFromInline
    func copy(_ source: UnsafeMutableRawPointer, into arena: Arena) -> UnsafeMutableRawPointer {
        let target = arena.allocate(pointee.structSize)
        target.copyMemory(from: source, byteCount: pointee.structSize)
        for index in 0..<pointee.fieldCount {
            let field = pointee.fields + index
            if field.pointee.isRepeated {
                copyArray(index, of: target, into: arena)
            } else if field.pointee.stride == 16 || field.pointee.type == .message, field.isSet(in: target) {
                copyValue(index, at: target + Int(field.pointee.offset), into: arena)
            }
        }
        copyUnknownFields(of: target, into: arena)
        return target
    }

    private func copyArray(_ index: Int, of target: UnsafeMutableRawPointer, into arena: Arena) {
        let field = pointee.fields + index
        let count = (target + Int(field.pointee.quantifier)).load(as: Int.self)
        let slot = target + Int(field.pointee.offset)
        guard count > 0, let source = slot.load(as: UnsafeMutableRawPointer?.self) else { return }
        slot.storeBytes(of: copyElements(index, source, count, into: arena), as: UnsafeMutableRawPointer?.self)
    }

    private func copyElements(
        _ index: Int, _ source: UnsafeMutableRawPointer, _ count: Int, into arena: Arena
    ) -> UnsafeMutableRawPointer {
        let stride = Int(pointee.fields[index].stride)
        let copy = arena.allocate(count * stride)
        copy.copyMemory(from: source, byteCount: count * stride)
        if stride == 16 || pointee.fields[index].type == .message {
            for element in 0..<count { copyValue(index, at: copy + element * stride, into: arena) }
        }
        return copy
    }

    /// Replaces what the bytes or message value at `slot` points to by a copy.
    private func copyValue(_ index: Int, at slot: UnsafeMutableRawPointer, into arena: Arena) {
        if pointee.fields[index].isBytes {
            var bytes = slot.load(as: ByteSlot.self)
            guard bytes.count > 0, let source = bytes.base else { return }
            let copy = arena.allocate(bytes.count)
            copy.copyMemory(from: source, byteCount: bytes.count)
            bytes.base = copy
            slot.storeBytes(of: bytes, as: ByteSlot.self)
        } else if let message = slot.load(as: UnsafeMutableRawPointer?.self) {
            let copy = layout(ofMessageField: index).copy(message, into: arena)
            slot.storeBytes(of: copy, as: UnsafeMutableRawPointer?.self)
        }
    }

    private func copyUnknownFields(of target: UnsafeMutableRawPointer, into arena: Arena) {
        let message = target.assumingMemoryBound(to: ProtobufCMessage.self)
        let count = Int(message.pointee.n_unknown_fields)
        guard count > 0, let source = message.pointee.unknown_fields else { return }
        let copy = arena.allocate(count * MemoryLayout<ProtobufCMessageUnknownField>.stride)
            .bindMemory(to: ProtobufCMessageUnknownField.self, capacity: count)
        for index in 0..<count {
            var field = source[index]
            if let data = field.data {
                let bytes = arena.allocate(field.len)
                bytes.copyMemory(from: data, byteCount: field.len)
                field.data = bytes.assumingMemoryBound(to: UInt8.self)
            }
            (copy + index).initialize(to: field)
        }
        message.pointee.unknown_fields = copy
    }
}

extension UnsafePointer where Pointee == FieldLayout {
    /// Whether the memory of a singular field in the struct at `message` is this field's.
    @inline(__always)
    func isSet(in message: UnsafeMutableRawPointer) -> Bool {
        pointee.shape != .oneofMember
            || (message + Int(pointee.quantifier)).load(as: UInt32.self) == pointee.number
    }
}
