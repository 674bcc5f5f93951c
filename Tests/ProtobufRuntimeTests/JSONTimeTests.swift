import Testing

@testable import ProtobufRuntime

@Suite struct JSONTimeTests {
    private func written(_ seconds: Int64, _ nanos: Int32) -> String {
        var output: [UInt8] = []
        TimestampText(seconds: seconds, nanos: nanos).write(to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    private func writtenSpan(_ seconds: Int64, _ nanos: Int32) -> String {
        var output: [UInt8] = []
        DurationText(seconds: seconds, nanos: nanos).write(to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test(
        arguments: [
            (0, 0, "1970-01-01T00:00:00Z"), (1_700_000_000, 0, "2023-11-14T22:13:20Z"),
            (1_700_000_000, 1, "2023-11-14T22:13:20.000000001Z"), (1_700_000_000, 1_000, "2023-11-14T22:13:20.000001Z"),
            (1_700_000_000, 120_000_000, "2023-11-14T22:13:20.120Z"),
            (-1, 999_999_999, "1969-12-31T23:59:59.999999999Z"),
            (951_782_400, 0, "2000-02-29T00:00:00Z"), (-62_135_596_800, 0, "0001-01-01T00:00:00Z"),
            (253_402_300_799, 999_999_999, "9999-12-31T23:59:59.999999999Z"),
            (-2_203_891_200, 0, "1900-03-01T00:00:00Z"),
        ] as [(Int64, Int32, String)])
    func timestampsAreWrittenAndReadBack(seconds: Int64, nanos: Int32, text: String) throws {
        #expect(written(seconds, nanos) == text)
        var text = text
        let read = try #require(text.withUTF8 { TimestampText($0) })
        #expect(read.seconds == seconds)
        #expect(read.nanos == nanos)
    }

    @Test func everyDayOfFiveCenturiesReadsBack() throws {
        var previous = ""
        for day in -110_000..<75_000 {
            let seconds = Int64(day) * 86_400
            var text = written(seconds, 0)
            #expect(text > previous)
            previous = text
            #expect(text.withUTF8 { TimestampText($0)?.seconds } == seconds)
        }
    }

    @Test(
        arguments: [
            ("2023-11-15T00:13:20+02:00", 1_700_000_000, 0),
            ("2023-11-14T15:13:20.5-07:00", 1_700_000_000, 500_000_000),
            ("2023-11-14T22:13:20.1234567Z", 1_700_000_000, 123_456_700),
            ("2023-11-14T22:13:20-00:00", 1_700_000_000, 0),
        ] as [(String, Int64, Int32)])
    func offsetsAndFractionsAreUnderstood(text: String, seconds: Int64, nanos: Int32) throws {
        var text = text
        let read = try #require(text.withUTF8 { TimestampText($0) })
        #expect(read.seconds == seconds)
        #expect(read.nanos == nanos)
    }

    @Test(arguments: [
        "", "now", "2023-11-14", "2023-11-14T22:13:20", "2023-11-14 22:13:20Z", "2023-11-14t22:13:20Z",
        "2023-11-14T22:13:20z",
        "2023-11-14T22:13:20.Z", "2023-11-14T22:13:20.1234567890Z", "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
        "2023-13-01T00:00:00Z", "2023-00-01T00:00:00Z", "2023-01-00T00:00:00Z", "2023-01-01T24:00:00Z",
        "2023-01-01T00:60:00Z", "2023-01-01T00:00:60Z", "2023-01-01T00:00:00+24:00", "2023-01-01T00:00:00+0200",
        "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "02023-01-01T00:00:00Z",
        "2023-1-1T0:0:0Z", "2023-01-01T00:00:00ZZ", " 2023-01-01T00:00:00Z",
    ])
    func otherTextIsNoTimestamp(text: String) {
        var text = text
        #expect(text.withUTF8 { TimestampText($0) == nil })
    }

    @Test func timesBeyondTheRangeAreWrittenAsItsEnds() {
        #expect(written(.max, 0) == "9999-12-31T23:59:59Z")
        #expect(written(.min, -5) == "0001-01-01T00:00:00Z")
        #expect(writtenSpan(.min, .min) == "-315576000000s")
    }

    @Test(
        arguments: [
            (0, 0, "0s"), (1, 0, "1s"), (-1, 0, "-1s"), (3, 1, "3.000000001s"), (3, 1_000, "3.000001s"),
            (0, 500_000_000, "0.500s"), (0, -500_000_000, "-0.500s"), (-1, -10_000_000, "-1.010s"),
            (315_576_000_000, 0, "315576000000s"), (-315_576_000_000, 0, "-315576000000s"),
        ] as [(Int64, Int32, String)])
    func durationsAreWrittenAndReadBack(seconds: Int64, nanos: Int32, text: String) throws {
        #expect(writtenSpan(seconds, nanos) == text)
        var text = text
        let read = try #require(text.withUTF8 { DurationText($0) })
        #expect(read.seconds == seconds)
        #expect(read.nanos == nanos)
    }

    @Test(arguments: [
        "", "1", "s", "1.s", ".5s", "1.0000000001s", "+1s", "--1s", "1 s", "1s ", "315576000001s", "315576000000.1s",
        "9999999999999s",
    ])
    func otherTextIsNoDuration(text: String) {
        var text = text
        #expect(text.withUTF8 { DurationText($0) == nil })
    }

    @Test func base64IsWrittenWithPaddingAndReadWithOrWithout() {
        for count in 0..<40 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 83 &+ 250) }
            var text: [UInt8] = []
            bytes.withUnsafeBytes { Base64.append($0, to: &text) }
            #expect(text.count % 4 == 0)
            #expect(text.withUnsafeBufferPointer { Base64.decode($0) } == bytes)
            let urlSafe = text.filter { $0 != UInt8(ascii: "=") }
                .map { $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0 }
            #expect(urlSafe.withUnsafeBufferPointer { Base64.decode($0) } == bytes)
        }
    }

    @Test(arguments: ["A", "AB=", "A===", "AB==CD==", "====", "=", "A B=", "AB\n=", "AB!=", "YR==", "YWK=", "é"])
    func otherTextIsNoBase64(text: String) {
        var text = text
        #expect(text.withUTF8 { Base64.decode($0) } == nil)
    }
}
