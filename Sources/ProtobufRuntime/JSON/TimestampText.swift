/// google.protobuf.Timestamp as text: RFC 3339, in UTC with 0, 3, 6 or 9 digits of fraction when written; any offset
/// from UTC and up to nine digits when read.
struct TimestampText {
    /// Since 1970-01-01T00:00:00Z, from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z.
    var seconds: Int64
    /// 0 to 999,999,999.
    var nanos: Int32

    static let secondsRange: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    init(seconds: Int64, nanos: Int32) {
        self.seconds = seconds
        self.nanos = nanos
    }

    /// Nil where the text is not such a time, or beyond the range.
    init?(_ text: UnsafeBufferPointer<UInt8>) {
        var cursor = TextCursor(text)
        guard let year = cursor.digits(4), cursor.skip("-"),
            let month = cursor.digits(2), cursor.skip("-"),
            let day = cursor.digits(2), cursor.skip("T"),
            let hour = cursor.digits(2), cursor.skip(":"),
            let minute = cursor.digits(2), cursor.skip(":"),
            let second = cursor.digits(2)
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        guard date.isValid, hour < 24, minute < 60, second < 60 else { return nil }
        guard let nanos = cursor.fraction(), let offset = Self.offset(&cursor), cursor.isAtEnd else { return nil }
        let seconds = Int64(date.daysSinceEpoch) * 86_400 + Int64(hour * 3_600 + minute * 60 + second - offset)
        guard Self.secondsRange.contains(seconds) else { return nil }
        self.init(seconds: seconds, nanos: nanos)
    }

    /// What is beyond the range comes out as the end that it is beyond.
    func write(to output: inout [UInt8]) {
        let range = Self.secondsRange
        let seconds = min(max(seconds, range.lowerBound), range.upperBound)
        // Counted from year 1, so that nothing is negative.
        let sinceStart = seconds - range.lowerBound
        let date = CivilDate(daysSinceEpoch: Int(sinceStart / 86_400 + range.lowerBound / 86_400))
        let secondOfDay = Int(sinceStart % 86_400)
        DecimalText.append(date.year, digits: 4, to: &output)
        output.append(UInt8(ascii: "-"))
        DecimalText.append(date.month, digits: 2, to: &output)
        output.append(UInt8(ascii: "-"))
        DecimalText.append(date.day, digits: 2, to: &output)
        output.append(UInt8(ascii: "T"))
        DecimalText.append(secondOfDay / 3_600, digits: 2, to: &output)
        output.append(UInt8(ascii: ":"))
        DecimalText.append(secondOfDay / 60 % 60, digits: 2, to: &output)
        output.append(UInt8(ascii: ":"))
        DecimalText.append(secondOfDay % 60, digits: 2, to: &output)
        DecimalText.appendFraction(nanos: nanos, to: &output)
        output.append(UInt8(ascii: "Z"))
    }

    /// Seconds east of UTC.
    private static func offset(_ cursor: inout TextCursor) -> Int? {
        if cursor.skip("Z") { return 0 }
        let isWest = cursor.skip("-")
        guard isWest || cursor.skip("+"), let hours = cursor.digits(2), cursor.skip(":"),
            let minutes = cursor.digits(2), hours < 24, minutes < 60
        else { return nil }
        let seconds = hours * 3_600 + minutes * 60
        return isWest ? -seconds : seconds
    }
}
