/// A pull reader over one JSON text: strict RFC 8259, UTF-8 only, no allocation except for strings with escapes.
///
/// The caller asks for what it expects, and gets it or an error with the offset of the trouble. Every step is bounded
/// by the text: what was consumed is never looked at again. The memory behind the bytes has to outlive the reader.
struct JSONReader: ~Copyable {
    /// What the next value begins like.
    enum Kind {
        case object, array, string, number, bool, null
    }

    let bytes: UnsafeBufferPointer<UInt8>
    /// The offset of the first byte that has not been consumed.
    var position = 0
    /// Whether the string that was read last held an escaped NUL (`\u0000`), which some stores can't keep.
    var stringHasNUL = false

    /// Where the name begins that ``nextMember(_:)`` gave last.
    private(set) var memberOffset = 0

    private let maximumDepth: Int
    private var depth = 0
    /// Where strings with escapes are decoded; as long as the longest of them so far.
    var scratch = UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)

    /// - Parameter maximumDepth: how many arrays and objects may be open at once.
    init(_ bytes: UnsafeRawBufferPointer, maximumDepth: Int) {
        self.bytes = bytes.assumingMemoryBound(to: UInt8.self)
        self.maximumDepth = maximumDepth
    }

    deinit {
        scratch.deallocate()
    }

    // MARK: Structure

    /// What comes next; nothing but white space is consumed.
    mutating func peek() throws(ProtobufError) -> Kind {
        switch try firstByte() {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        default: throw malformed("expected a value")
        }
    }

    /// Consumes `{`. ``nextMember(_:)`` is to be called next, with true.
    mutating func beginObject() throws(ProtobufError) {
        try begin(UInt8(ascii: "{"), "expected an object")
    }

    /// Consumes `[`. ``nextElement(_:)`` is to be called next, with true.
    mutating func beginArray() throws(ProtobufError) {
        try begin(UInt8(ascii: "["), "expected an array")
    }

    /// Consumes up to the next member's value and gives its name, or consumes the object's end and gives nil.
    ///
    /// - Parameter isFirst: true at the first call for an object; it becomes false by itself.
    /// - Returns: the name, decoded, valid until the next string is read.
    @inline(__always)
    mutating func nextMember(_ isFirst: inout Bool) throws(ProtobufError) -> UnsafeBufferPointer<UInt8>? {
        guard try proceed(past: UInt8(ascii: "}"), &isFirst, "expected ',' or '}'") else { return nil }
        guard try firstByte() == UInt8(ascii: "\"") else { throw malformed("expected a member's name") }
        memberOffset = position
        let name = try readString()
        guard try firstByte() == UInt8(ascii: ":") else { throw malformed("expected ':'") }
        position += 1
        return name
    }

    /// Consumes up to the next element and gives true, or consumes the array's end and gives false.
    ///
    /// - Parameter isFirst: true at the first call for an array; it becomes false by itself.
    @inline(__always)
    mutating func nextElement(_ isFirst: inout Bool) throws(ProtobufError) -> Bool {
        try proceed(past: UInt8(ascii: "]"), &isFirst, "expected ',' or ']'")
    }

    /// Checks that nothing but white space is left.
    mutating func finish() throws(ProtobufError) {
        skipWhiteSpace()
        guard position == bytes.count else { throw malformed("unexpected bytes after the value") }
    }

    // MARK: Values

    /// Consumes `true` or `false`.
    mutating func readBool() throws(ProtobufError) -> Bool {
        let isTrue = try firstByte() == UInt8(ascii: "t")
        try consume(literal: isTrue ? "true" : "false", "expected true or false")
        return isTrue
    }

    /// Consumes `null`.
    mutating func readNull() throws(ProtobufError) {
        _ = try firstByte()
        try consume(literal: "null", "expected null")
    }

    /// Whether null is what comes next.
    @inline(__always)
    mutating func isNull() throws(ProtobufError) -> Bool {
        try firstByte() == UInt8(ascii: "n")
    }

    /// Consumes one value of any kind, checking all of it.
    mutating func skipValue() throws(ProtobufError) {
        switch try peek() {
        case .string: _ = try readString()
        case .number: _ = try readNumber()
        case .bool: _ = try readBool()
        case .null: try readNull()
        case .array:
            try beginArray()
            var isFirst = true
            while try nextElement(&isFirst) { try skipValue() }
        case .object:
            try beginObject()
            var isFirst = true
            while try nextMember(&isFirst) != nil { try skipValue() }
        }
    }

    /// Consumes one value of any kind, checking all of it, and gives its text as it was written.
    mutating func readRawValue() throws(ProtobufError) -> UnsafeBufferPointer<UInt8> {
        skipWhiteSpace()
        let start = position
        try skipValue()
        return UnsafeBufferPointer(rebasing: bytes[start..<position])
    }

    // MARK: Bytes

    /// The byte that comes next after white space.
    @inline(__always)
    mutating func firstByte() throws(ProtobufError) -> UInt8 {
        if position < bytes.count, bytes[position] > 0x20 { return bytes[position] }
        skipWhiteSpace()
        guard position < bytes.count else { throw malformed("unexpected end") }
        return bytes[position]
    }

    mutating func skipWhiteSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    /// An error at the current position.
    func malformed(_ message: String) -> ProtobufError {
        failure(.malformed, message, at: position)
    }

    func failure(_ code: ProtobufError.Code, _ message: String, at offset: Int) -> ProtobufError {
        ProtobufError(code, offset: offset, message)
    }

    private mutating func begin(_ bracket: UInt8, _ expectation: String) throws(ProtobufError) {
        guard try firstByte() == bracket else { throw failure(.wrongType, expectation, at: position) }
        guard depth < maximumDepth else {
            throw failure(.tooDeep, "arrays and objects are nested more than \(maximumDepth) deep", at: position)
        }
        depth += 1
        position += 1
    }

    @inline(__always)
    private mutating func proceed(
        past end: UInt8, _ isFirst: inout Bool, _ expectation: String
    ) throws(ProtobufError) -> Bool {
        let byte = try firstByte()
        if byte == end {
            depth -= 1
            position += 1
            return false
        }
        if isFirst {
            isFirst = false
        } else {
            guard byte == UInt8(ascii: ",") else { throw malformed(expectation) }
            position += 1
        }
        return true
    }

    private mutating func consume(literal: StaticString, _ expectation: String) throws(ProtobufError) {
        let length = literal.utf8CodeUnitCount
        guard bytes.count - position >= length else { throw malformed(expectation) }
        for index in 0..<length where bytes[position + index] != literal.utf8Start[index] {
            throw malformed(expectation)
        }
        position += length
    }
}
