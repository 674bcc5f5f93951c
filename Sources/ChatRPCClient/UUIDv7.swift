#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Ids for messages and sessions: UUIDs of version 7 (RFC 9562 §5.7), the time in milliseconds, then random bits, in
/// lower-case text form. Ids made later sort later, to the millisecond, which keeps a database's inserts at one end of its
/// index.
enum UUIDv7 {
    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return text(millisecondsSince1970: now(), random: (generator.next(), generator.next()))
    }

    static func text(millisecondsSince1970 time: UInt64, random: (UInt64, UInt64)) -> String {
        let high = time << 16 | 0x7000 | random.0 & 0x0FFF
        let low = 1 << 63 | random.1 & 0x3FFF_FFFF_FFFF_FFFF
        return String(unsafeUninitializedCapacity: 36) { buffer in
            var place = 0
            for digit in 0..<32 {
                if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                    buffer[place] = UInt8(ascii: "-")
                    place += 1
                }
                let word = digit < 16 ? high : low
                let value = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * (digit % 16))) & 0xF
                buffer[place] = value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
                place += 1
            }
            return 36
        }
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(clamping: time.tv_sec) * 1000 + UInt64(clamping: time.tv_nsec) / 1_000_000
    }
}
