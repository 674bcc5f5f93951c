import GeneratedRPC
import ProtobufRuntime

extension Timestamp {
    /// From microseconds since 1970-01-01T00:00:00Z.
    init(unixMicroseconds time: Int64) {
        self.init()
        let (seconds, microseconds) = time.quotientAndRemainder(dividingBy: 1_000_000)
        self.seconds = microseconds < 0 ? seconds - 1 : seconds
        nanos = Int32(microseconds < 0 ? microseconds + 1_000_000 : microseconds) * 1_000
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    var unixMicroseconds: Int64 {
        seconds &* 1_000_000 &+ Int64(nanos / 1_000)
    }
}

extension UUID {
    /// The text form, for as long as `body` runs, without a `String`.
    func withTextUTF8<R>(_ body: (RawSpan) -> R) -> R {
        withUnsafeTemporaryAllocation(byteCount: 36, alignment: 8) { buffer in
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
            return body(UnsafeRawBufferPointer(buffer).bytes)
        }
    }
}
