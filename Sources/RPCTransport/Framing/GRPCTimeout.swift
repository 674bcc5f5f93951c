/// The value of `grpc-timeout`: one to eight digits and a unit (gRPC PROTOCOL-HTTP2, "Timeout").
enum GRPCTimeout {
    /// Nil for anything that is not one.
    static func parse(_ text: UnsafeRawBufferPointer) -> Duration? {
        guard (2...9).contains(text.count), let unit = text.last else { return nil }
        var number: Int64 = 0
        for digit in text.dropLast() {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            number = number * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        switch unit {
        case UInt8(ascii: "H"): return .seconds(number * 3600)
        case UInt8(ascii: "M"): return .seconds(number * 60)
        case UInt8(ascii: "S"): return .seconds(number)
        case UInt8(ascii: "m"): return .milliseconds(number)
        case UInt8(ascii: "u"): return .microseconds(number)
        case UInt8(ascii: "n"): return .nanoseconds(number)
        default: return nil
        }
    }

    /// The finest unit that has room for it, rounded up, so that the peer never gives up before we do.
    static func format(_ timeout: Duration) -> String {
        let units: [(String, attoseconds: Int128)] = [
            ("n", 1_000_000_000), ("u", 1_000_000_000_000), ("m", 1_000_000_000_000_000),
            ("S", 1_000_000_000_000_000_000), ("M", 60_000_000_000_000_000_000),
            ("H", 3_600_000_000_000_000_000_000),
        ]
        let attoseconds = max(timeout.attoseconds, 0)
        for (name, unit) in units {
            let number = (attoseconds + unit - 1) / unit
            if number <= 99_999_999 { return "\(number)\(name)" }
        }
        return "99999999H"
    }
}
