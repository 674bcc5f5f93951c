/// Whether bytes are UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF). NUL is a character like any other.
enum UTF8Validation {
    /// The offset of the first sequence that is not UTF-8, or nil.
    @inline(__always)
    static func firstInvalidOffset(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard let start = bytes.baseAddress else { return nil }
        let asciiCount = countOfASCII(start, 0, bytes.count)
        return asciiCount == bytes.count ? nil : firstInvalidOffset(start, from: asciiCount, bytes.count)
    }

    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The end of the run of ASCII that begins at `offset`. 32 bytes at a step, then 8; the last 8 may be read twice.
    @inline(__always)
    private static func countOfASCII(_ start: UnsafeRawPointer, _ first: Int, _ count: Int) -> Int {
        var offset = first
        while offset &+ 32 <= count {
            let here = start + offset
            let both = here.loadUnaligned(as: UInt64.self) | here.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            let more =
                here.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
                | here.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
            if (both | more) & highBits != 0 { break }
            offset &+= 32
        }
        while offset &+ 8 <= count {
            let word = start.loadUnaligned(fromByteOffset: offset, as: UInt64.self) & highBits
            if word != 0 { return offset &+ UInt64(littleEndian: word).trailingZeroBitCount / 8 }
            offset &+= 8
        }
        if count >= 8, start.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self) & highBits == 0 { return count }
        while offset < count, start.load(fromByteOffset: offset, as: UInt8.self) < 0x80 { offset &+= 1 }
        return offset
    }

    @inline(never)
    private static func firstInvalidOffset(_ start: UnsafeRawPointer, from first: Int, _ count: Int) -> Int? {
        var offset = first
        while offset < count {
            let lead = start.load(fromByteOffset: offset, as: UInt8.self)
            if lead < 0x80 {
                offset = countOfASCII(start, offset, count)
                continue
            }
            let length = sequenceLength(lead)
            guard length > 0, offset + length <= count else { return offset }
            let second = start.load(fromByteOffset: offset + 1, as: UInt8.self)
            guard secondRange(lead).contains(second) else { return offset }
            for place in 2..<max(length, 2) {
                guard start.load(fromByteOffset: offset + place, as: UInt8.self) & 0xC0 == 0x80 else { return offset }
            }
            offset += length
        }
        return nil
    }

    /// By the first byte; 0 for one that begins nothing.
    @inline(__always)
    private static func sequenceLength(_ lead: UInt8) -> Int {
        switch lead {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 0
        }
    }

    /// What may follow the first byte (RFC 3629, section 4).
    @inline(__always)
    private static func secondRange(_ lead: UInt8) -> ClosedRange<UInt8> {
        switch lead {
        case 0xE0: 0xA0...0xBF
        case 0xED: 0x80...0x9F
        case 0xF0: 0x90...0xBF
        case 0xF4: 0x80...0x8F
        default: 0x80...0xBF
        }
    }
}
