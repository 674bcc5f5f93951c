/// Reads a short text from left to right.
struct TextCursor {
    private let text: UnsafeBufferPointer<UInt8>
    private var index = 0

    init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
    }

    var isAtEnd: Bool { index == text.count }

    /// Goes past that character if it is what comes next.
    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard index < text.count, text[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    /// Exactly so many digits.
    mutating func digits(_ count: Int) -> Int? {
        let start = index
        guard let value = digits(upTo: count), index - start == count else { return nil }
        return value
    }

    /// One digit or more; at most 18.
    mutating func digits(upTo maximum: Int) -> Int? {
        let start = index
        var value = 0
        while index < text.count, index - start < maximum, case let digit = text[index] &- UInt8(ascii: "0"), digit < 10
        {
            value = value * 10 + Int(digit)
            index += 1
        }
        return index > start ? value : nil
    }

    /// A point and one to nine digits, in nanoseconds; 0 if no point comes next.
    mutating func fraction() -> Int32? {
        guard skip(".") else { return 0 }
        let start = index
        guard var value = digits(upTo: 9) else { return nil }
        for _ in index - start..<9 { value *= 10 }
        return Int32(value)
    }
}
