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
        func put(_ digits: UInt64, at place: Int) {
            buffer.storeBytes(of: digits.bigEndian, toByteOffset: place, as: UInt64.self)
        }
        func putLast4(_ digits: UInt64, at place: Int) {
            buffer.storeBytes(of: UInt32(truncatingIfNeeded: digits).bigEndian, toByteOffset: place, as: UInt32.self)
        }
        put(UUID.hexDigits(of: high >> 32), at: 0)
        putLast4(UUID.hexDigits(of: high >> 16 & 0xFFFF), at: 9)
        putLast4(UUID.hexDigits(of: high & 0xFFFF), at: 14)
        putLast4(UUID.hexDigits(of: low >> 48), at: 19)
        putLast4(UUID.hexDigits(of: low >> 32 & 0xFFFF), at: 24)
        put(UUID.hexDigits(of: low & 0xFFFF_FFFF), at: 28)
        buffer[8] = UInt8(ascii: "-")
        buffer[13] = UInt8(ascii: "-")
        buffer[18] = UInt8(ascii: "-")
        buffer[23] = UInt8(ascii: "-")
    }

    /// The eight digits of a number of 32 bits, the first in the highest byte.
    private static func hexDigits(of number: UInt64) -> UInt64 {
        var digits = (number & 0xFFFF_0000) << 16 | number & 0xFFFF
        digits = (digits & 0x0000_FF00_0000_FF00) << 8 | digits & 0x0000_00FF_0000_00FF
        digits = (digits & 0x00F0_00F0_00F0_00F0) << 4 | digits & 0x000F_000F_000F_000F
        // One in each byte that is 10 or more: "a" comes 39 behind where "9" would lead to.
        let letters = (digits + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return digits + 0x3030_3030_3030_3030 + letters * 39
    }
}
