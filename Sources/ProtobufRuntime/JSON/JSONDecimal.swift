/// The exact value of a number's text: ±significand × 10^exponent, with no zero at the significand's end.
struct JSONDecimal {
    /// Why a number can't be of the type that was asked for.
    enum Misfit: Error {
        case notAnInteger
        case outOfRange
    }

    private(set) var isNegative = false
    /// Meaningless where ``isExact`` is false.
    private(set) var significand: UInt64 = 0
    private(set) var exponent = 0
    /// How many digits the significand has; 0 for zero.
    private(set) var digitCount = 0
    /// The exponent as it is written, 0 where there is none; held within ±1,000,000, which is more than the digits of
    /// any text that is read can make up for.
    private(set) var writtenExponent = 0
    /// Whether 64 bits hold the significand.
    private(set) var isExact = true

    /// - Parameter text: a number as JSON writes it; see ``JSONReader/isNumber(_:)``.
    init(_ text: UnsafeBufferPointer<UInt8>) {
        var trailingZeros = 0
        var isFraction = false
        digits: for index in text.indices {
            switch text[index] {
            case UInt8(ascii: "-"):
                isNegative = true
            case UInt8(ascii: "."):
                isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                readExponent(text[(index + 1)...])
                break digits
            case let byte:
                if isFraction { exponent -= 1 }
                let digit = byte &- UInt8(ascii: "0")
                if digit == 0 {
                    if digitCount > 0 { trailingZeros += 1 }
                } else {
                    for _ in 0..<trailingZeros { append(0) }
                    append(digit)
                    trailingZeros = 0
                }
            }
        }
        exponent = digitCount == 0 ? 0 : exponent + trailingZeros + writtenExponent
    }

    /// The value as an integer, whichever way it was written: `5`, `5.0` and `0.5e1` are the same.
    func integer<Integer: FixedWidthInteger>(
        as type: Integer.Type = Integer.self
    ) throws(Misfit) -> Integer {
        guard exponent >= 0 else { throw .notAnInteger }
        // 20 digits: the length of 2^64.
        guard isExact, digitCount + exponent <= 20 else { throw .outOfRange }
        var magnitude = significand
        for _ in 0..<exponent {
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            guard !overflow else { throw .outOfRange }
            magnitude = product
        }
        guard isNegative, magnitude > 0 else {
            guard let value = Integer(exactly: magnitude) else { throw .outOfRange }
            return value
        }
        // Two's complement: right as long as it comes out negative.
        let negated = Int64(bitPattern: ~magnitude &+ 1)
        guard negated < 0, let value = Integer(exactly: negated) else { throw .outOfRange }
        return value
    }

    private mutating func append(_ digit: UInt8) {
        digitCount += 1
        guard isExact else { return }
        let (product, overflow) = significand.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
        significand = sum
        isExact = !overflow && !carry
    }

    private mutating func readExponent(_ text: Slice<UnsafeBufferPointer<UInt8>>) {
        var isNegative = false
        for byte in text {
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "+"): break
            default: writtenExponent = min(writtenExponent * 10 + Int(byte &- UInt8(ascii: "0")), 1_000_000)
            }
        }
        if isNegative { writtenExponent.negate() }
    }
}
