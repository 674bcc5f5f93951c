/// Varints (https://protobuf.dev/programming-guides/encoding/#varints), read within bounds.
enum Varint {
    /// Where the varint at `offset` ends, or nil if it is cut off or longer than ten bytes.
    @inline(__always)
    static func end(_ input: UnsafeRawPointer, _ offset: Int, _ end: Int) -> Int? {
        var offset = offset
        let last = min(end, offset + 10)
        while offset < last {
            if input.load(fromByteOffset: offset, as: UInt8.self) < 0x80 { return offset + 1 }
            offset += 1
        }
        return nil
    }

    /// A varint of at most five bytes whose value fits into 32 bits: tags and lengths. Moves `offset` behind it.
    @inline(__always)
    static func uint32(_ input: UnsafeRawPointer, _ offset: inout Int, _ end: Int) -> UInt32? {
        guard offset < end else { return nil }
        let first = input.load(fromByteOffset: offset, as: UInt8.self)
        if first < 0x80 {
            offset += 1
            return UInt32(first)
        }
        // Two bytes are enough for most other tags and lengths.
        if offset + 1 < end {
            let second = input.load(fromByteOffset: offset + 1, as: UInt8.self)
            if second < 0x80 {
                offset += 2
                return UInt32(first & 0x7F) | UInt32(second) << 7
            }
        }
        return longUInt32(input, &offset, end)
    }

    @inline(never)
    private static func longUInt32(_ input: UnsafeRawPointer, _ offset: inout Int, _ end: Int) -> UInt32? {
        var value: UInt64 = 0
        for place in 0..<5 where offset + place < end {
            let byte = input.load(fromByteOffset: offset + place, as: UInt8.self)
            value |= UInt64(byte & 0x7F) << UInt64(7 * place)
            guard byte < 0x80 else { continue }
            offset += place + 1
            return UInt32(exactly: value)
        }
        return nil
    }

    /// The value of a whole varint; bits beyond 64 are dropped.
    static func uint64(_ input: UnsafeRawPointer, _ offset: Int, _ end: Int) -> UInt64 {
        var value: UInt64 = 0
        for place in 0..<(end - offset) {
            value |= UInt64(input.load(fromByteOffset: offset + place, as: UInt8.self) & 0x7F) << UInt64(7 * place)
        }
        return value
    }
}
