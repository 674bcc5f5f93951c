/// The name of one request, by which its answer, its log lines and a caller's complaint are brought together.
enum RequestID {
    /// The caller's own, if it is short and plain enough to be put into headers and logs; otherwise a new one.
    static func choose(_ received: String?) -> String {
        guard let received, isSane(received) else { return mint() }
        return received
    }

    private static func isSane(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                    UInt8(ascii: ":"):
                    true
                default: false
                }
            }
    }

    /// 128 random bits in hexadecimal.
    private static func mint() -> String {
        var generator = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef".utf8)
        return String(unsafeUninitializedCapacity: 32) { buffer in
            for half in 0..<2 {
                var bits = generator.next()
                for index in 0..<16 {
                    buffer[half * 16 + index] = digits[Int(bits & 0xF)]
                    bits >>= 4
                }
            }
            return 32
        }
    }
}
