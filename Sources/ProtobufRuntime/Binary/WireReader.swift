/// One field as it stands on the wire.
struct WireField {
    let number: UInt32
    let wireType: UInt8
    /// Where its tag begins.
    let start: Int
    /// Where its value begins: behind the tag, and behind the length if there is one.
    let value: Int
    /// Where its value ends; of a group, where its end tag begins.
    let valueEnd: Int
    /// Where the next field begins.
    let end: Int
}

/// Reads fields one after the other: for the rare ways (groups, canonical form, places of errors), not for the scan.
struct WireReader {
    let input: UnsafeRawPointer
    var offset: Int
    let end: Int
    /// How deep groups may nest.
    let maximumDepth: Int
    /// Whether the reason for a nil was a group nested deeper than that.
    private(set) var isTooDeep = false

    init(input: UnsafeRawPointer, offset: Int, end: Int, maximumDepth: Int) {
        self.input = input
        self.offset = offset
        self.end = end
        self.maximumDepth = maximumDepth
    }

    /// The next field, or nil at the end and where the bytes are malformed.
    mutating func next() -> WireField? {
        let start = offset
        guard let tag = Varint.uint32(input, &offset, end), tag >> 3 != 0 else { return nil }
        let field = value(ofTag: tag, startingAt: start)
        if let field { offset = field.end }
        return field
    }

    private mutating func value(ofTag tag: UInt32, startingAt start: Int) -> WireField? {
        let wireType = UInt8(tag & 7)
        var value = offset
        let valueEnd: Int
        var fieldEnd: Int?
        switch wireType {
        case WireType.varint:
            guard let end = Varint.end(input, value, end) else { return nil }
            valueEnd = end
        case WireType.fixed64: valueEnd = value + 8
        case WireType.fixed32: valueEnd = value + 4
        case WireType.delimited:
            guard let length = Varint.uint32(input, &value, end) else { return nil }
            valueEnd = value + Int(length)
        case WireType.startGroup:
            guard let group = endOfGroup(tag >> 3) else { return nil }
            valueEnd = group.content
            fieldEnd = group.end
        default: return nil
        }
        guard valueEnd <= end else { return nil }
        return WireField(
            number: tag >> 3, wireType: wireType, start: start, value: value, valueEnd: valueEnd,
            end: fieldEnd ?? valueEnd)
    }

    /// Where the group's content ends, and where its end tag does.
    private mutating func endOfGroup(_ number: UInt32) -> (content: Int, end: Int)? {
        guard maximumDepth > 0 else {
            isTooDeep = true
            return nil
        }
        var inner = WireReader(input: input, offset: offset, end: end, maximumDepth: maximumDepth - 1)
        while true {
            let content = inner.offset
            var place = content
            guard let tag = Varint.uint32(input, &place, end) else { return nil }
            if tag & 7 == UInt32(WireType.endGroup) { return tag >> 3 == number ? (content, place) : nil }
            guard inner.next() != nil else {
                isTooDeep = inner.isTooDeep
                return nil
            }
        }
    }
}
