/// The same message in bytes that protobuf-c takes as the specification means them. Needed rarely: where the scan has found
///
/// - a singular message more than once (protobuf-c merges them one by one, in quadratic time, loses fields without presence,
///   and forgets to merge in oneofs): their payloads one behind the other, which is the rule for merging;
/// - a group, or a known field with another wire type, where protobuf-c fails: these become unknown fields, under numbers
///   above the 29 bits of a real one (protobuf-c keeps 32), which `Normalization` takes back after unpacking;
/// - a packed bool that is neither 0 nor 1 in one byte.
///
/// Takes time in proportion to the input.
struct CanonicalForm {
    /// Marks a field of another wire type than the schema's.
    static let otherWireType: UInt32 = 1 << 29
    /// Marks a group, written as a length and its content with the end tag.
    static let group: UInt32 = 1 << 30
    static let realNumber: UInt32 = (1 << 29) - 1

    private let input: UnsafeRawPointer
    private(set) var output: [UInt8] = []
    /// Whether there are numbers for `Normalization` to take back.
    private(set) var hasMarks = false

    /// - Parameter bytes: what the scan has found sound.
    init(_ bytes: UnsafeRawBufferPointer, as layout: Layout) {
        input = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 8).unsafelyUnwrapped
        output.reserveCapacity(bytes.count + bytes.count / 4)
        write(layout, [0..<bytes.count])
    }

    /// The message whose bytes are those of the segments, one behind the other.
    private mutating func write(_ layout: Layout, _ segments: [Range<Int>]) {
        // The payloads of singular messages by field index, in the order in which the fields first came.
        var payloads: [Int: [Range<Int>]] = [:]
        var order: [Int] = []
        for segment in segments {
            var reader = WireReader(
                input: input, offset: segment.lowerBound, end: segment.upperBound, maximumDepth: .max)
            while let wire = reader.next() {
                let index = layout.index(ofNumber: wire.number)
                guard index >= 0 else {
                    writeUnknown(wire)
                    continue
                }
                let field = layout.pointee.fields[index]
                if field.shape == .oneofMember, wire.wireType == field.wireType {
                    dropOthers(of: field, index, layout, &payloads)
                }
                guard field.type == .message, wire.wireType == WireType.delimited, !field.isRepeated else {
                    write(wire, field, index, layout)
                    continue
                }
                if payloads[index] == nil { order.append(index) }
                payloads[index, default: []].append(wire.value..<wire.valueEnd)
            }
        }
        for index in order {
            guard let parts = payloads.removeValue(forKey: index) else { continue }
            write(parts, index, layout)
        }
    }

    /// Setting a member of a oneof unsets the others, so that what came before is not merged with what comes after.
    private func dropOthers(
        of field: FieldLayout, _ index: Int, _ layout: Layout, _ payloads: inout [Int: [Range<Int>]]
    ) {
        guard !payloads.isEmpty else { return }
        for other in payloads.keys where other != index {
            let candidate = layout.pointee.fields[other]
            if candidate.shape == .oneofMember, candidate.quantifier == field.quantifier { payloads[other] = nil }
        }
    }

    private mutating func write(_ parts: [Range<Int>], _ index: Int, _ layout: Layout) {
        writeTag(layout.pointee.fields[index].number, WireType.delimited)
        let length = beginLength()
        write(layout.layout(ofMessageField: index), parts)
        endLength(length)
    }

    private mutating func write(_ wire: WireField, _ field: FieldLayout, _ index: Int, _ layout: Layout) {
        if wire.wireType == field.wireType {
            if field.type == .message {
                write([wire.value..<wire.valueEnd], index, layout)
            } else {
                copy(wire.start..<wire.end)
            }
        } else if wire.wireType == WireType.delimited, field.isRepeated, field.isPackable {
            if field.type == .bool { writeBools(wire) } else { copy(wire.start..<wire.end) }
        } else if wire.wireType == WireType.startGroup {
            writeUnknown(wire)
        } else {
            hasMarks = true
            writeTag(wire.number | Self.otherWireType, wire.wireType)
            copy(behindTag(wire)..<wire.end)
        }
    }

    private mutating func writeUnknown(_ wire: WireField) {
        guard wire.wireType == WireType.startGroup else { return copy(wire.start..<wire.end) }
        hasMarks = true
        writeTag(wire.number | Self.group, WireType.delimited)
        let length = beginLength()
        copy(wire.value..<wire.end)
        endLength(length)
    }

    private mutating func writeBools(_ wire: WireField) {
        writeTag(wire.number, WireType.delimited)
        let length = beginLength()
        var offset = wire.value
        while offset < wire.valueEnd, let next = Varint.end(input, offset, wire.valueEnd) {
            output.append(Varint.uint64(input, offset, next) == 0 ? 0 : 1)
            offset = next
        }
        endLength(length)
    }

    // MARK: - Bytes

    private func behindTag(_ wire: WireField) -> Int {
        Varint.end(input, wire.start, wire.end) ?? wire.value
    }

    private mutating func copy(_ range: Range<Int>) {
        output.append(contentsOf: UnsafeRawBufferPointer(start: input + range.lowerBound, count: range.count))
    }

    private mutating func writeTag(_ number: UInt32, _ wireType: UInt8) {
        var tag = UInt64(number) << 3 | UInt64(wireType)
        while tag >= 0x80 {
            output.append(UInt8(truncatingIfNeeded: tag) | 0x80)
            tag >>= 7
        }
        output.append(UInt8(tag))
    }

    /// Leaves room for a length of five bytes: it is known only when the content is written, and may be padded.
    private mutating func beginLength() -> Int {
        output.append(contentsOf: [0x80, 0x80, 0x80, 0x80, 0x00])
        return output.count
    }

    private mutating func endLength(_ start: Int) {
        var length = UInt64(output.count - start)
        for place in 0..<5 {
            output[start - 5 + place] |= UInt8(length & 0x7F)
            length >>= 7
        }
    }
}
