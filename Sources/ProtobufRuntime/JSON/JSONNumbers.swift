/// From a number's text to a value of one of protobuf's types, exactly.
extension JSONReader {
    /// The double nearest to a number, or nil where that is infinite.
    ///
    /// Most numbers are short: both significand and power of ten are exact doubles then, and one division or
    /// multiplication rounds as it should. (W. D. Clinger, "How to read floating point numbers accurately", 1990.)
    static func double(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        let decimal = JSONDecimal(text)
        if decimal.isExact, decimal.significand <= 1 << 53, abs(decimal.exponent) < exactPowersOfTen.count {
            let power = exactPowersOfTen[abs(decimal.exponent)]
            let significand = Double(decimal.significand)
            let magnitude = decimal.exponent < 0 ? significand / power : significand * power
            return decimal.isNegative ? -magnitude : magnitude
        }
        guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }

    /// The float nearest to a number, or nil where that is infinite. (By way of a double it would be rounded twice.)
    static func float(_ text: UnsafeBufferPointer<UInt8>) -> Float? {
        let decimal = JSONDecimal(text)
        // 10^10 is the last power of ten that a float holds exactly.
        if decimal.isExact, decimal.significand <= 1 << 24, abs(decimal.exponent) <= 10 {
            let power = Float(exactPowersOfTen[abs(decimal.exponent)])
            let significand = Float(decimal.significand)
            let magnitude = decimal.exponent < 0 ? significand / power : significand * power
            return decimal.isNegative ? -magnitude : magnitude
        }
        guard let value = Float(String(decoding: text, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }

    /// 10^0 to 10^22: those that a double holds exactly.
    private static let exactPowersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}
