/// Which bytes a JSON string can't hold as they are, and how they are written (RFC 8259 section 7).
enum JSONEscapes {
    /// The first index, from `start` on, of a quote, a backslash or a control character; the count if there is none.
    @inline(__always)
    static func firstToEscape(in text: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        let end = text.count
        // Eight bytes at a time: a top bit that comes out set means that one of the eight is such a byte. Bytes of 0x80
        // and more are none; masking the word keeps them out.
        while index &+ 8 <= end {
            let word = text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let ones: UInt64 = 0x0101_0101_0101_0101
            let quotes = word ^ (ones &* 0x22)
            let backslashes = word ^ (ones &* 0x5C)
            let special =
                ((word &- ones &* 0x20) | (quotes &- ones) | (backslashes &- ones)) & ~word & (ones &* 0x80)
            guard special == 0 else { break }
            index &+= 8
        }
        while index < end {
            let byte = text[index]
            if byte < 0x20 || byte == 0x22 || byte == 0x5C { break }
            index &+= 1
        }
        return index
    }

    /// Writes one of those bytes in its escaped form.
    static func append(_ byte: UInt8, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x22, 0x5C: output.append(byte)
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x0C: output.append(UInt8(ascii: "f"))
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        case 0x09: output.append(UInt8(ascii: "t"))
        default:
            output.append(contentsOf: "u00".utf8)
            output.append(UInt8(ascii: "0") + byte >> 4)
            let low = byte & 0xF
            output.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
        }
    }
}
