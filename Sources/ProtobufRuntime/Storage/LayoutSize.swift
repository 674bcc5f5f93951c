import CProtobufC

extension UnsafePointer where Pointee == MessageLayout {
    /// How many bytes of an arena a copy of the message takes.
    @usableFromInline
    func byteCount(of message: UnsafeMutableRawPointer) -> Int {
        var total = ArenaState.rounded(pointee.structSize)
        for index in 0..<pointee.fieldCount {
            let field = pointee.fields + index
            let value = message + Int(field.pointee.offset)
            let pointsSomewhere = field.pointee.isBytes || field.pointee.type == .message
            if field.pointee.isRepeated {
                let count = (message + Int(field.pointee.quantifier)).load(as: Int.self)
                guard count > 0, let array = value.load(as: UnsafeMutableRawPointer?.self) else { continue }
                let stride = Int(field.pointee.stride)
                total += ArenaState.rounded(count * stride)
                if pointsSomewhere {
                    for element in 0..<count { total += byteCount(ofValue: array + element * stride, index) }
                }
            } else if pointsSomewhere, field.isSet(in: message) {
                total += byteCount(ofValue: value, index)
            }
        }
        return total + unknownByteCount(of: message)
    }

    private func byteCount(ofValue slot: UnsafeMutableRawPointer, _ index: Int) -> Int {
        if pointee.fields[index].isBytes { return ArenaState.rounded(slot.load(as: ByteSlot.self).count) }
        guard let message = slot.load(as: UnsafeMutableRawPointer?.self) else { return 0 }
        return layout(ofMessageField: index).byteCount(of: message)
    }

    private func unknownByteCount(of message: UnsafeMutableRawPointer) -> Int {
        let base = message.assumingMemoryBound(to: ProtobufCMessage.self).pointee
        var total = 0
        for index in 0..<Int(base.n_unknown_fields) {
            total +=
                MemoryLayout<ProtobufCMessageUnknownField>.stride + ArenaState.rounded(base.unknown_fields[index].len)
        }
        return total
    }
}
