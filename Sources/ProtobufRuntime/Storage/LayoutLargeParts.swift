import CProtobufC

extension UnsafePointer where Pointee == MessageLayout {
    /// Whether the message, or one below it, has bytes or a text of at least that length.
    func holdsPart(ofAtLeast minimum: Int, _ message: UnsafeMutableRawPointer) -> Bool {
        for index in 0..<pointee.fieldCount {
            let field = pointee.fields + index
            guard field.pointee.isBytes || field.pointee.type == .message else { continue }
            let value = message + Int(field.pointee.offset)
            if field.pointee.isRepeated {
                let count = (message + Int(field.pointee.quantifier)).load(as: Int.self)
                guard count > 0, let array = value.load(as: UnsafeMutableRawPointer?.self) else { continue }
                let stride = Int(field.pointee.stride)
                for element in 0..<count where isPart(array + element * stride, index, ofAtLeast: minimum) {
                    return true
                }
            } else if field.isSet(in: message), isPart(value, index, ofAtLeast: minimum) {
                return true
            }
        }
        return false
    }

    private func isPart(_ slot: UnsafeMutableRawPointer, _ index: Int, ofAtLeast minimum: Int) -> Bool {
        if pointee.fields[index].isBytes { return slot.load(as: ByteSlot.self).count >= minimum }
        guard let message = slot.load(as: UnsafeMutableRawPointer?.self) else { return false }
        return layout(ofMessageField: index).holdsPart(ofAtLeast: minimum, message)
    }
}
