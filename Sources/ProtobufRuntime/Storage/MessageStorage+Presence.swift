extension MessageStorage {
    /// Whether the field is set: for `optional` and oneof members set at all, for messages present, for repeated fields and
    /// maps not empty, for other fields not zero (what is not written on the wire).
    public func has(_ index: Int) -> Bool {
        let field = field(index)
        switch field.pointee.shape {
        case .oneofMember: return quantifier(field).load(as: UInt32.self) == field.pointee.number
        case .repeated, .map: return quantifier(field).load(as: Int.self) != 0
        case .implicit:
            if field.pointee.isBytes { return address(field).load(as: Int.self) != 0 }
            return field.pointee.stride == 8
                ? address(field).load(as: UInt64.self) != 0 : address(field).load(as: UInt32.self) != 0
        }
    }

    /// The index of the field that is set in the oneof, or -1.
    ///
    /// - Parameter oneof: the index in `MessageSchema.oneofs`.
    public func oneofCase(_ oneof: Int) -> Int {
        for index in 0..<layout.pointee.fieldCount where layout.pointee.fields[index].oneof == oneof {
            let number = quantifier(layout.pointee.fields + index).load(as: UInt32.self)
            return number == 0 ? -1 : layout.index(ofNumber: number)
        }
        return -1
    }

    /// Unsets whichever member of the oneof is set.
    public mutating func clearOneof(_ oneof: Int) {
        let index = oneofCase(oneof)
        if index >= 0 { clear(index) }
    }

    /// Unsets the field: it reads as its default again. Another member of its oneof stays as it is.
    public mutating func clear(_ index: Int) {
        guard has(index) else { return }
        prepareToWrite()
        let field = field(index)
        switch field.pointee.shape {
        case .oneofMember: unset(otherMembersOf: field, leavingCase: 0)
        case .repeated, .map:
            address(field).storeBytes(of: nil, as: UnsafeMutableRawPointer?.self)
            quantifier(field).storeBytes(of: 0, as: Int.self)
        case .implicit: address(field).initializeMemory(as: UInt8.self, repeating: 0, count: Int(field.pointee.stride))
        }
    }

    @usableFromInline
    mutating func unset(otherMembersOf field: UnsafePointer<FieldLayout>) {
        unset(otherMembersOf: field, leavingCase: field.pointee.number)
    }

    private mutating func unset(otherMembersOf field: UnsafePointer<FieldLayout>, leavingCase number: UInt32) {
        let current = layout.index(ofNumber: quantifier(field).load(as: UInt32.self))
        if current >= 0 {
            let stride = Int(layout.pointee.fields[current].stride)
            address(field).initializeMemory(as: UInt8.self, repeating: 0, count: stride)
        }
        quantifier(field).storeBytes(of: number, as: UInt32.self)
    }
}
