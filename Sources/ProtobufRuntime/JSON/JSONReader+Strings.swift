/// Strings: RFC 8259 section 7, with UTF-8 checked (section 8.1) and lone surrogates refused (section 8.2).
extension JSONReader {
    /// Consumes a string and gives its UTF-8 without quotes and escapes.
    ///
    /// A string without escapes is a piece of the input; one with escapes is in the reader's scratch memory. Either is
    /// valid until the next string is read.
    mutating func readString() throws(ProtobufError) -> UnsafeBufferPointer<UInt8> {
        guard try firstByte() == UInt8(ascii: "\"") else {
            throw failure(.wrongType, "expected a string", at: position)
        }
        position += 1
        stringHasNUL = false
        let start = position
        try skipPlainText()
        if bytes[position] == UInt8(ascii: "\"") {
            defer { position += 1 }
            return UnsafeBufferPointer(rebasing: bytes[start..<position])
        }
        return try readStringWithEscapes(from: start)
    }

    /// Goes on to the next quote or backslash; everything up to there is valid, unescaped text.
    private mutating func skipPlainText() throws(ProtobufError) {
        var index = position
        let end = bytes.count
        while true {
            index = Self.endOfPlainASCII(bytes, from: index)
            guard index < end else { throw failure(.malformed, "unexpected end within a string", at: end) }
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            guard byte >= 0x20 else {
                throw failure(.malformed, "a control character in a string has to be escaped", at: index)
            }
            while index < end, bytes[index] >= 0x80 {
                let length = UTF8Sequence.length(in: bytes, at: index)
                guard length > 0 else { throw failure(.invalidUTF8, "invalid UTF-8", at: index) }
                index += length
            }
        }
        position = index
    }

    /// The first index that holds a quote, a backslash, a control character or a byte of 0x80 or more.
    @inline(__always)
    private static func endOfPlainASCII(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var index = start
        let end = bytes.count
        let raw = UnsafeRawBufferPointer(bytes)
        // Eight bytes at a time: a byte's top bit comes out set in `special` where the byte is one of those. (A borrow
        // can set it for a byte after such a one as well, never before; the loop below finds the exact place.)
        while index &+ 8 <= end {
            let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let ones: UInt64 = 0x0101_0101_0101_0101
            let quotes = word ^ (ones &* 0x22)
            let backslashes = word ^ (ones &* 0x5C)
            let special =
                (word | (word &- ones &* 0x20) | (quotes &- ones) | (backslashes &- ones)) & (ones &* 0x80)
            guard special == 0 else { break }
            index &+= 8
        }
        while index < end {
            let byte = bytes[index]
            if byte < 0x20 || byte >= 0x80 || byte == 0x22 || byte == 0x5C { break }
            index &+= 1
        }
        return index
    }

    /// Goes on where the first backslash stands, decoding into the scratch memory.
    private mutating func readStringWithEscapes(
        from start: Int
    ) throws(ProtobufError) -> UnsafeBufferPointer<UInt8> {
        var length = 0
        var runStart = start
        while true {
            appendToScratch(bytes[runStart..<position], at: &length)
            if bytes[position] == UInt8(ascii: "\"") {
                position += 1
                return UnsafeBufferPointer(rebasing: UnsafeBufferPointer(scratch)[..<length])
            }
            try readEscape(into: &length)
            runStart = position
            try skipPlainText()
        }
    }

    /// Consumes one escape, or two that are a surrogate pair. `position` is at the backslash.
    private mutating func readEscape(into length: inout Int) throws(ProtobufError) {
        guard position + 1 < bytes.count else {
            throw failure(.malformed, "unexpected end within a string", at: bytes.count)
        }
        let plain: UInt8
        switch bytes[position + 1] {
        case UInt8(ascii: "\""): plain = 0x22
        case UInt8(ascii: "\\"): plain = 0x5C
        case UInt8(ascii: "/"): plain = 0x2F
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "f"): plain = 0x0C
        case UInt8(ascii: "n"): plain = 0x0A
        case UInt8(ascii: "r"): plain = 0x0D
        case UInt8(ascii: "t"): plain = 0x09
        case UInt8(ascii: "u"):
            let scalar = try readUnicodeEscape()
            stringHasNUL = stringHasNUL || scalar.value == 0
            reserveScratch(length + 4)
            for byte in UTF8.encode(scalar).unsafelyUnwrapped {
                scratch[length] = byte
                length += 1
            }
            return
        default: throw malformed("unknown escape")
        }
        reserveScratch(length + 1)
        scratch[length] = plain
        length += 1
        position += 2
    }

    /// Consumes `\uXXXX`, and the second half of a pair with it.
    private mutating func readUnicodeEscape() throws(ProtobufError) -> Unicode.Scalar {
        let start = position
        let first = try readCodeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let hasSecond =
            first < 0xDC00 && position + 1 < bytes.count
            && bytes[position] == UInt8(ascii: "\\") && bytes[position + 1] == UInt8(ascii: "u")
        guard hasSecond else { throw failure(.malformed, "a lone surrogate", at: start) }
        let second = try readCodeUnit()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
        else { throw failure(.malformed, "a lone surrogate", at: start) }
        return scalar
    }

    /// Consumes `\uXXXX`; `position` is at the backslash, and a `u` follows it.
    private mutating func readCodeUnit() throws(ProtobufError) -> UInt16 {
        guard position + 6 <= bytes.count else {
            throw failure(.malformed, "unexpected end within an escape", at: bytes.count)
        }
        var unit: UInt16 = 0
        for index in position + 2..<position + 6 {
            let digit: UInt8
            switch bytes[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = bytes[index] - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = bytes[index] - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = bytes[index] - UInt8(ascii: "A") + 10
            default: throw failure(.malformed, "expected four hexadecimal digits", at: index)
            }
            unit = unit << 4 | UInt16(digit)
        }
        position += 6
        return unit
    }

    // MARK: Scratch memory

    private mutating func appendToScratch(
        _ run: Slice<UnsafeBufferPointer<UInt8>>, at length: inout Int
    ) {
        reserveScratch(length + run.count)
        guard !run.isEmpty, let target = scratch.baseAddress, let source = run.base.baseAddress else { return }
        (target + length).update(from: source + run.startIndex, count: run.count)
        length += run.count
    }

    /// Makes room for that many bytes. They can't be more than the text has: an escape is longer than what it stands
    /// for.
    private mutating func reserveScratch(_ count: Int) {
        guard count > scratch.count else { return }
        let grown = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(256, count, 2 * scratch.count))
        grown.initialize(repeating: 0)
        if let target = grown.baseAddress, let source = scratch.baseAddress {
            target.update(from: source, count: scratch.count)
        }
        scratch.deallocate()
        scratch = grown
    }
}
