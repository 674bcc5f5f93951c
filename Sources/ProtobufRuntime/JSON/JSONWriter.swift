/// Writes JSON, value after value, to the end of a byte array. Commas and colons come by themselves.
///
/// It trusts its caller to open, name and close things in the right order; what it writes then is RFC 8259. Nothing is
/// escaped that need not be: `"`, `\` and control characters are, other characters stay as they are.
public struct JSONWriter: Sendable {
    /// What has been written so far.
    public private(set) var bytes: [UInt8] = []
    /// Whether a value stands right before, in the same object or array.
    private var needsComma = false

    /// - Parameter capacity: how many bytes to make room for.
    public init(reserving capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    // MARK: Structure

    public mutating func beginObject() { begin(UInt8(ascii: "{")) }
    public mutating func endObject() { end(UInt8(ascii: "}")) }
    public mutating func beginArray() { begin(UInt8(ascii: "[")) }
    public mutating func endArray() { end(UInt8(ascii: "]")) }

    /// The name of the member whose value comes next.
    public mutating func name(_ name: StaticString) {
        separate()
        appendQuoted(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: ":"))
    }

    /// The name of the member whose value comes next.
    public mutating func name(_ name: String) {
        separate()
        appendQuoted(name)
        bytes.append(UInt8(ascii: ":"))
    }

    // MARK: Values

    public mutating func string(_ value: String) {
        separate()
        appendQuoted(value)
        needsComma = true
    }

    /// A string that is UTF-8 already.
    public mutating func string(utf8: RawSpan) {
        utf8.withUnsafeBytes { string(utf8: $0) }
    }

    public mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }

    public mutating func null() { literal("null") }

    public mutating func integer(_ value: Int64) {
        separate()
        appendDigits(value.magnitude, isNegative: value < 0)
        needsComma = true
    }

    public mutating func integer(_ value: UInt64) {
        separate()
        appendDigits(value, isNegative: false)
        needsComma = true
    }

    /// An integer as a string, for readers whose numbers are doubles.
    public mutating func quotedInteger(_ value: Int64) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        appendDigits(value.magnitude, isNegative: value < 0)
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// An integer as a string, for readers whose numbers are doubles.
    public mutating func quotedInteger(_ value: UInt64) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        appendDigits(value, isNegative: false)
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// The shortest number that reads back as the same double; `"NaN"`, `"Infinity"` and `"-Infinity"` as strings.
    public mutating func double(_ value: Double) {
        guard value.isFinite else { return string(Self.name(isNaN: value.isNaN, isNegative: value < 0)) }
        literal(value.description)
    }

    /// The shortest number that reads back as the same float; `"NaN"`, `"Infinity"` and `"-Infinity"` as strings.
    public mutating func float(_ value: Float) {
        guard value.isFinite else { return string(Self.name(isNaN: value.isNaN, isNegative: value < 0)) }
        literal(value.description)
    }

    /// A value that is JSON already, byte for byte. It is not checked.
    public mutating func raw(_ json: RawSpan) {
        json.withUnsafeBytes { raw($0) }
    }

    // MARK: Bytes of the runtime's own

    /// The name of the member whose value comes next, as it is to be written: `,"name":`.
    @inline(__always)
    mutating func name(quoted: UnsafeRawBufferPointer) {
        append(UnsafeRawBufferPointer(rebasing: quoted[(needsComma ? 0 : 1)...]))
        needsComma = false
    }

    mutating func name(utf8: UnsafeRawBufferPointer) {
        separate()
        appendQuoted(utf8)
        bytes.append(UInt8(ascii: ":"))
    }

    mutating func string(utf8: UnsafeRawBufferPointer) {
        separate()
        appendQuoted(utf8)
        needsComma = true
    }

    mutating func raw(_ json: UnsafeRawBufferPointer) {
        separate()
        append(json)
        needsComma = true
    }

    /// A string of ASCII that needs no escapes, in pieces.
    mutating func plainString(_ body: (inout [UInt8]) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        body(&bytes)
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    // MARK: -

    private static func name(isNaN: Bool, isNegative: Bool) -> String {
        isNaN ? "NaN" : isNegative ? "-Infinity" : "Infinity"
    }

    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    @inline(__always)
    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
    }

    private mutating func literal(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
        needsComma = true
    }

    private mutating func appendDigits(_ magnitude: UInt64, isNegative: Bool) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 21) { digits in
            var index = digits.count
            var rest = magnitude
            repeat {
                index -= 1
                digits[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if isNegative {
                index -= 1
                digits[index] = UInt8(ascii: "-")
            }
            append(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(digits)[index...]))
        }
    }

    private mutating func appendQuoted(_ text: String) {
        var text = text
        text.withUTF8 { appendQuoted(UnsafeRawBufferPointer($0)) }
    }

    private mutating func appendQuoted(_ utf8: UnsafeRawBufferPointer) {
        bytes.append(UInt8(ascii: "\""))
        var start = 0
        while true {
            let end = JSONEscapes.firstToEscape(in: utf8, from: start)
            append(UnsafeRawBufferPointer(rebasing: utf8[start..<end]))
            guard end < utf8.count else { break }
            JSONEscapes.append(utf8[end], to: &bytes)
            start = end + 1
        }
        bytes.append(UInt8(ascii: "\""))
    }

    @inline(__always)
    private mutating func append(_ run: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: run)
    }
}
