/// Numbers: RFC 8259 section 6. They stay text until somebody says of which type they are to be.
extension JSONReader {
    /// No number that means anything is longer: the longest exact decimal form of a double has 1,077 characters.
    static var maximumNumberCharacters: Int { 1_100 }

    /// Consumes a number and gives its text.
    mutating func readNumber() throws(ProtobufError) -> UnsafeBufferPointer<UInt8> {
        let first = try firstByte()
        guard first == UInt8(ascii: "-") || Self.isDigit(first) else {
            throw failure(.wrongType, "expected a number", at: position)
        }
        let start = position
        position = try Self.endOfNumber(bytes, from: start) { (offset, message) throws(ProtobufError) in
            throw failure(.malformed, message, at: offset)
        }
        guard position - start <= Self.maximumNumberCharacters else {
            throw failure(
                .tooLarge, "a number of more than \(Self.maximumNumberCharacters) characters", at: start)
        }
        return UnsafeBufferPointer(rebasing: bytes[start..<position])
    }

    /// Whether all of a text is one number as JSON writes it: what a number in quotes has to be.
    static func isNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard !text.isEmpty, text.count <= maximumNumberCharacters else { return false }
        var isWellFormed = true
        let end = endOfNumber(text, from: 0) { _, _ in isWellFormed = false }
        return isWellFormed && end == text.count
    }

    /// Where the number that begins at `start` ends.
    @inline(__always)
    private static func endOfNumber<Failure: Error>(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int,
        onError: (_ offset: Int, _ message: String) throws(Failure) -> Void
    ) throws(Failure) -> Int {
        var index = start
        if bytes[index] == UInt8(ascii: "-") { index += 1 }
        let integer = index
        index = endOfDigits(bytes, from: index)
        if index == integer {
            try onError(index, "expected a digit")
        } else if bytes[integer] == UInt8(ascii: "0"), index - integer > 1 {
            try onError(integer, "a number begins with no needless zero")
        }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            let fraction = index + 1
            index = endOfDigits(bytes, from: fraction)
            if index == fraction { try onError(index, "expected a digit after the point") }
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") {
                index += 1
            }
            let exponent = index
            index = endOfDigits(bytes, from: exponent)
            if index == exponent { try onError(index, "expected a digit in the exponent") }
        }
        return index
    }

    private static func endOfDigits(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count, isDigit(bytes[index]) { index += 1 }
        return index
    }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10
    }
}
