import ProtobufRuntime
import Testing

@Suite struct JSONWriterTests {
    private func written(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        body(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func commasAndColonsComeByThemselves() {
        let text = written { writer in
            writer.beginObject()
            writer.name("a")
            writer.integer(1 as Int64)
            writer.name("b" as String)
            writer.beginArray()
            writer.bool(true)
            writer.null()
            writer.beginObject()
            writer.endObject()
            writer.beginArray()
            writer.endArray()
            writer.string("x")
            writer.endArray()
            writer.name("c")
            writer.raw(Array("{\"as\": 1}".utf8).span.bytes)
            writer.name("d")
            writer.quotedInteger(-7 as Int64)
            writer.endObject()
        }
        #expect(text == #"{"a":1,"b":[true,null,{},[],"x"],"c":{"as": 1},"d":"-7"}"#)
    }

    @Test func onlyWhatMustBeEscapedIs() {
        let text = written { $0.string("\"\\/\u{0}\u{1}\u{8}\t\n\u{B}\u{C}\r\u{1F} \u{7F}\u{2028}\u{2029}é😀<>&'") }
        #expect(
            text
                == #""\"\\/\u0000\u0001\b\t\n\u000b\f\r\u001f "# + "\u{7F}\u{2028}\u{2029}é😀<>&'\"")
    }

    @Test func escapesAreFoundAtEveryPlace() {
        for length in 0..<40 {
            let run = String(repeating: "é", count: length) + String(repeating: "y", count: length)
            #expect(written { $0.string("\(run)\n\(run)\"\(run)") } == "\"\(run)\\n\(run)\\\"\(run)\"")
        }
    }

    @Test(
        arguments: [
            (0, "0"), (-1, "-1"), (.max, "9223372036854775807"), (.min, "-9223372036854775808"), (1_000, "1000"),
        ] as [(Int64, String)])
    func integersAreExact(value: Int64, text: String) {
        #expect(written { $0.integer(value) } == text)
        #expect(written { $0.quotedInteger(value) } == "\"\(text)\"")
    }

    @Test func unsignedIntegersAreExact() {
        #expect(written { $0.integer(UInt64.max) } == "18446744073709551615")
    }

    @Test(arguments: [
        0.0, -0.0, 1, 0.1, 1.0 / 3.0, 1e21, 1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
        .leastNormalMagnitude, 123456789.125,
    ])
    func doublesReadBackAsThemselves(value: Double) throws {
        let text = written { $0.double(value) }
        #expect(Double(text)?.bitPattern == value.bitPattern)
    }

    @Test func whatIsNoNumberIsAString() {
        #expect(written { $0.double(.nan) } == "\"NaN\"")
        #expect(written { $0.double(.infinity) } == "\"Infinity\"")
        #expect(written { $0.float(-.infinity) } == "\"-Infinity\"")
        #expect(written { $0.float(0.1) } == "0.1")
    }
}
