/// google.protobuf.Duration as text: seconds with up to nine digits of fraction, and an `s`.
struct DurationText {
    /// From -315,576,000,000 to 315,576,000,000: ten thousand years.
    var seconds: Int64
    /// -999,999,999 to 999,999,999, of the same sign as the seconds.
    var nanos: Int32

    static let maximumSeconds: Int64 = 315_576_000_000

    init(seconds: Int64, nanos: Int32) {
        self.seconds = seconds
        self.nanos = nanos
    }

    /// Nil where the text is not such a span, or beyond the range.
    init?(_ text: UnsafeBufferPointer<UInt8>) {
        var cursor = TextCursor(text)
        let isNegative = cursor.skip("-")
        guard let seconds = cursor.digits(upTo: 12), let nanos = cursor.fraction(), cursor.skip("s"), cursor.isAtEnd,
            seconds < Self.maximumSeconds || (seconds == Self.maximumSeconds && nanos == 0)
        else { return nil }
        self.init(seconds: Int64(isNegative ? -seconds : seconds), nanos: isNegative ? -nanos : nanos)
    }

    /// What is beyond the range comes out as the end that it is beyond.
    func write(to output: inout [UInt8]) {
        let seconds = min(max(seconds, -Self.maximumSeconds), Self.maximumSeconds)
        if seconds < 0 || (seconds == 0 && nanos < 0) { output.append(UInt8(ascii: "-")) }
        DecimalText.append(Int(seconds.magnitude), digits: 1, to: &output)
        DecimalText.appendFraction(nanos: nanos == .min ? 0 : abs(nanos), to: &output)
        output.append(UInt8(ascii: "s"))
    }
}
