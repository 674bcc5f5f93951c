/// A UUID (RFC 9562) as two words, in text form lower case with hyphens.
///
/// Our own, because Foundation's goes through `String` and sorts by nothing; this one parses from bytes and orders as
/// PostgreSQL's uuid does.
public struct UUID: Sendable, Hashable, Comparable {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// From its text form, 8-4-4-4-12 hexadecimal digits in either case; nil for anything else.
    public init?(utf8 text: some Collection<UInt8>) {
        guard text.count == 36 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        var place = 0
        for byte in text {
            if place == 8 || place == 13 || place == 18 || place == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
            } else {
                guard let digit = UUID.value(ofHexDigit: byte) else { return nil }
                high = high << 4 | low >> 60
                low = low << 4 | digit
            }
            place += 1
        }
        self.init(high: high, low: low)
    }

    public init?(_ text: String) {
        self.init(utf8: text.utf8)
    }

    /// A new id of version 7: the time in milliseconds, then 74 random bits (RFC 9562 §5.7). Ids made later sort
    /// later, to the millisecond, which keeps inserts at one end of an index.
    public static func version7(
        millisecondsSince1970: UInt64, using generator: inout some RandomNumberGenerator
    ) -> UUID {
        let high = millisecondsSince1970 << 16 | 0x7000 | generator.next() & 0x0FFF
        let low = 1 << 63 | generator.next() & 0x3FFF_FFFF_FFFF_FFFF
        return UUID(high: high, low: low)
    }

    public static func < (left: UUID, right: UUID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }

    private static func value(ofHexDigit byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}

extension UUID: CustomStringConvertible {
    public var description: String {
        String(unsafeUninitializedCapacity: UUID.textBytes) { buffer in
            writeText(to: UnsafeMutableRawBufferPointer(buffer))
            return UUID.textBytes
        }
    }

    /// The text form, for as long as `body` runs, without a `String`.
    func withTextUTF8<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        try withUnsafeTemporaryAllocation(byteCount: UUID.textBytes, alignment: 8) { buffer throws(E) in
            writeText(to: buffer)
            return try body(UnsafeRawBufferPointer(buffer).bytes)
        }
    }

    private static let textBytes = 36

    private func writeText(to buffer: UnsafeMutableRawBufferPointer) {
        var place = 0
        for digit in 0..<32 {
            if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                buffer[place] = UInt8(ascii: "-")
                place += 1
            }
            let word = digit < 16 ? high : low
            let nibble = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * (digit % 16))) & 0xF
            buffer[place] = nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
            place += 1
        }
    }
}
