/// One pass over the bytes of a message, guided by its schema, before protobuf-c gets them: protobuf-c checks neither UTF-8 nor
/// depth nor cost. It finds what is wrong and where, what the message will cost, and what protobuf-c would get wrong.
struct Scan {
    let input: UnsafeRawPointer
    let limits: DecodingLimits
    /// What the arena has to give for it, at most, in bytes. Parts that will be merged are counted one by one.
    private(set) var arenaByteCount = 0
    /// Fields and elements so far.
    private var elements = 0
    /// Whether there is something that protobuf-c can't take as it is: see `CanonicalForm`.
    private(set) var needsCanonicalForm = false
    /// Whether there are map entries, which may repeat keys.
    private(set) var hasMaps = false
    /// Behind a reference, because it is large and rare.
    private var failure: Failure?

    private final class Failure {
        var error: ProtobufError
        init(_ error: ProtobufError) { self.error = error }
    }

    private init(_ input: UnsafeRawPointer, _ limits: DecodingLimits) {
        self.input = input
        self.limits = limits
    }

    /// Scans a whole message.
    static func run(
        _ bytes: UnsafeRawBufferPointer, as layout: Layout, _ limits: DecodingLimits
    ) throws(ProtobufError) -> Scan {
        guard let start = bytes.baseAddress else { throw ProtobufError(.malformed, "There are no bytes.") }
        var scan = Scan(start, limits)
        guard scan.scanMessage(layout, 0, bytes.count, depth: 1) else {
            throw scan.failure?.error ?? ProtobufError(.malformed, "The bytes are not a message.")
        }
        // What the canonical form takes is known only when protobuf-c asks for it; the arena keeps the limit then.
        guard scan.arenaByteCount <= limits.maximumBytes || scan.needsCanonicalForm else {
            throw ProtobufError(.tooLarge, "The message would take more than \(limits.maximumBytes) bytes of memory.")
        }
        return scan
    }

    // MARK: - Failures

    private static func tooDeep(_ limits: DecodingLimits) -> String {
        "Messages nest deeper than \(limits.maximumDepth) levels."
    }

    @inline(never)
    private mutating func fail(_ code: ProtobufError.Code, at offset: Int, _ message: String) -> Bool {
        failure = Failure(ProtobufError(code, offset: offset, message))
        return false
    }

    /// Puts a field before the path of the failure, with its position where there are several.
    @inline(never)
    private mutating func fail(in layout: Layout, _ index: Int, messageStart: Int, at offset: Int) -> Bool {
        let field = layout.schema.fields[index]
        var component = field.name
        if layout.pointee.fields[index].isRepeated {
            var reader = WireReader(input: input, offset: messageStart, end: offset, maximumDepth: limits.maximumDepth)
            var position = 0
            while let earlier = reader.next() { position += earlier.number == UInt32(field.number) ? 1 : 0 }
            component += "[\(position)]"
        }
        failure?.error.field = failure?.error.field.map { "\(component).\($0)" } ?? component
        return false
    }

    // MARK: - Messages

    private mutating func scanMessage(_ layout: Layout, _ start: Int, _ end: Int, depth: Int) -> Bool {
        guard depth <= limits.maximumDepth else { return fail(.tooDeep, at: start, Self.tooDeep(limits)) }
        var offset = start
        var count = 0
        var byteCount = ArenaState.rounded(layout.pointee.structSize)
        var singularMessages: UInt64 = 0
        while offset < end {
            count &+= 1
            // Nearly every field: a tag of one byte, a number or text as the schema has it, nothing to count but its bytes.
            let index = layout.index(ofTagByte: input.load(fromByteOffset: offset, as: UInt8.self))
            if index >= 0 {
                let field = layout.pointee.fields + index
                if field.pointee.wireType == WireType.varint, let next = Varint.end(input, offset &+ 1, end) {
                    offset = next
                    continue
                }
                var value = offset &+ 1
                if field.pointee.isBytes, let length = Varint.uint32(input, &value, end), Int(length) <= end &- value {
                    let valueEnd = value &+ Int(length)
                    byteCount &+= ArenaState.rounded(Int(length))
                    guard field.pointee.type == .bytes || isText(value, valueEnd) else {
                        return fail(in: layout, index, messageStart: start, at: offset)
                    }
                    offset = valueEnd
                    continue
                }
            }
            guard scanField(layout, start, &offset, end, depth, &singularMessages) else { return false }
        }
        arenaByteCount += byteCount
        return add(elements: count, at: start) && addScratch(layout, fieldsOnWire: count)
    }

    /// Any field.
    private mutating func scanField(
        _ layout: Layout, _ start: Int, _ offset: inout Int, _ end: Int, _ depth: Int, _ singularMessages: inout UInt64
    ) -> Bool {
        let tagStart = offset
        guard let tag = Varint.uint32(input, &offset, end), tag >= 8 else {
            return fail(.malformed, at: tagStart, "A field begins with a bad tag.")
        }
        let wireType = UInt8(tag & 7)
        let index = layout.index(ofNumber: tag >> 3)
        guard index >= 0 else { return scanUnknown(wireType, tagStart, &offset, end, depth) }
        let field = layout.pointee.fields + index
        let isSound: Bool
        if wireType != field.pointee.wireType {
            isSound = scanOtherWireType(field, wireType, tagStart, &offset, end, depth)
        } else if wireType != WireType.delimited {
            isSound = scanNumber(wireType, tagStart, &offset, end)
            if field.pointee.isRepeated { arenaByteCount += 8 }
        } else if let length = Varint.uint32(input, &offset, end), Int(length) <= end - offset {
            let value = offset..<(offset + Int(length))
            offset = value.upperBound
            if field.pointee.type == .message {
                noteMessage(field, &singularMessages)
                let inner = layout.layout(ofMessageField: index)
                isSound = scanMessage(inner, value.lowerBound, value.upperBound, depth: depth + 1)
            } else {
                arenaByteCount += ArenaState.rounded(value.count) + (field.pointee.isRepeated ? 16 : 0)
                isSound = field.pointee.type == .bytes || isText(value.lowerBound, value.upperBound)
            }
        } else {
            isSound = fail(.malformed, at: tagStart, "A field runs beyond the end.")
        }
        return isSound || fail(in: layout, index, messageStart: start, at: tagStart)
    }

    @inline(__always)
    private mutating func noteMessage(_ field: UnsafePointer<FieldLayout>, _ singularMessages: inout UInt64) {
        if field.pointee.isRepeated {
            arenaByteCount += 8
            if field.pointee.shape == .map { hasMaps = true }
        } else {
            let bit: UInt64 = 1 << UInt64(field.pointee.singularMessageBit)
            if singularMessages & bit != 0 { needsCanonicalForm = true }
            singularMessages |= bit
        }
    }

    // MARK: - Values

    @inline(__always)
    private mutating func scanNumber(_ wireType: UInt8, _ start: Int, _ offset: inout Int, _ end: Int) -> Bool {
        if wireType == WireType.varint {
            guard let next = Varint.end(input, offset, end) else {
                return fail(.malformed, at: start, "A varint is cut off or too long.")
            }
            offset = next
            return true
        }
        let length = wireType == WireType.fixed64 ? 8 : 4
        guard end - offset >= length else { return fail(.malformed, at: start, "A number is cut off.") }
        offset += length
        return true
    }

    @inline(__always)
    private mutating func isText(_ start: Int, _ end: Int) -> Bool {
        let text = UnsafeRawBufferPointer(start: input + start, count: end &- start)
        guard let invalid = UTF8Validation.firstInvalidOffset(text) else { return true }
        return fail(.invalidUTF8, at: start + invalid, "A string is not UTF-8.")
    }

    /// A known field with another wire type: a packed array, or else, as with other parsers, an unknown field.
    @inline(never)
    private mutating func scanOtherWireType(
        _ field: UnsafePointer<FieldLayout>, _ wireType: UInt8, _ start: Int, _ offset: inout Int, _ end: Int,
        _ depth: Int
    ) -> Bool {
        guard wireType == WireType.delimited, field.pointee.isRepeated, field.pointee.isPackable else {
            needsCanonicalForm = true
            return scanUnknown(wireType, start, &offset, end, depth)
        }
        guard let length = Varint.uint32(input, &offset, end), Int(length) <= end - offset else {
            return fail(.malformed, at: start, "A field runs beyond the end.")
        }
        let values = offset..<(offset + Int(length))
        offset = values.upperBound
        return scanPacked(field, values)
    }

    private mutating func scanPacked(_ field: UnsafePointer<FieldLayout>, _ values: Range<Int>) -> Bool {
        var count = 0
        if field.pointee.wireType == WireType.varint {
            var offset = values.lowerBound
            while offset < values.upperBound {
                guard let next = Varint.end(input, offset, values.upperBound) else {
                    return fail(.malformed, at: offset, "A varint is cut off or too long.")
                }
                // protobuf-c takes a packed bool only as one byte, 0 or 1.
                if field.pointee.type == .bool, input.load(fromByteOffset: offset, as: UInt8.self) > 1 {
                    needsCanonicalForm = true
                }
                offset = next
                count += 1
            }
        } else {
            let width = Int(field.pointee.stride)
            guard values.count % width == 0 else {
                return fail(.malformed, at: values.lowerBound, "A packed field ends within a number.")
            }
            count = values.count / width
        }
        arenaByteCount += ArenaState.rounded(count * Int(field.pointee.stride))
        return add(elements: count, at: values.lowerBound)
    }

    /// A field that the schema doesn't have, kept as it is.
    @inline(never)
    private mutating func scanUnknown(
        _ wireType: UInt8, _ start: Int, _ offset: inout Int, _ end: Int, _ depth: Int
    ) -> Bool {
        var reader = WireReader(input: input, offset: start, end: end, maximumDepth: limits.maximumDepth - depth)
        guard let field = reader.next() else {
            if reader.isTooDeep { return fail(.tooDeep, at: start, Self.tooDeep(limits)) }
            return fail(.malformed, at: start, "An unknown field is malformed.")
        }
        // A group becomes a field of its content and its end tag.
        if wireType == WireType.startGroup { needsCanonicalForm = true }
        offset = field.end
        arenaByteCount += 32 + ArenaState.rounded(field.end - field.start + 5)
        return true
    }

    // MARK: - Costs

    @inline(__always)
    private mutating func add(elements count: Int, at offset: Int) -> Bool {
        elements += count
        guard elements > limits.maximumElements else { return true }
        return fail(.tooManyElements, at: offset, "There are more than \(limits.maximumElements) fields and elements.")
    }

    /// protobuf-c keeps notes of 32 bytes about each field on the wire: the first 16 on the stack, then in slabs that
    /// double. They come from the arena, too, as do bitmaps for more than 128 fields.
    @inline(__always)
    private mutating func addScratch(_ layout: Layout, fieldsOnWire count: Int) -> Bool {
        if layout.pointee.fieldCount > 128 { arenaByteCount += layout.pointee.fieldCount }
        var covered = 16
        while covered < count {
            let slab = covered + 16
            arenaByteCount += slab * 32
            covered += slab
        }
        return true
    }
}
