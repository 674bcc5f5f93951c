/// Writes whole numbers and fractions of a second as digits.
enum DecimalText {
    /// - Parameter digits: how many digits there are at least; zeros fill up in front.
    static func append(_ value: Int, digits: Int, to output: inout [UInt8]) {
        var divisor = 1
        var count = 1
        while count < digits || value / divisor >= 10 {
            divisor *= 10
            count += 1
        }
        while divisor > 0 {
            output.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }

    /// A point and 3, 6 or 9 digits, as few as are exact; nothing for 0. Values beyond 0 to 999,999,999 come out as 0.
    static func appendFraction(nanos: Int32, to output: inout [UInt8]) {
        guard (1...999_999_999).contains(nanos) else { return }
        output.append(UInt8(ascii: "."))
        if nanos % 1_000_000 == 0 {
            append(Int(nanos / 1_000_000), digits: 3, to: &output)
        } else if nanos % 1_000 == 0 {
            append(Int(nanos / 1_000), digits: 6, to: &output)
        } else {
            append(Int(nanos), digits: 9, to: &output)
        }
    }
}
