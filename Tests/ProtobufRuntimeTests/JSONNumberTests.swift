import Testing

@testable import ProtobufRuntime

@Suite struct JSONNumberTests {
    private func integer<Integer: FixedWidthInteger>(
        _ text: String, as type: Integer.Type
    ) throws(JSONDecimal.Misfit) -> Integer {
        var text = text
        let decimal = text.withUTF8 { JSONDecimal($0) }
        return try decimal.integer(as: type)
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("-0.0e9", 0), ("0e999999999999999999999", 0), ("5", 5), ("5.0", 5), ("5.000", 5),
            ("1e3", 1_000), ("1E+3", 1_000), ("-1.5e1", -15), ("0.5e1", 5), ("10e-1", 1), ("100e-2", 1),
            ("1200", 1_200),
            ("0.00001e5", 1), ("1000000000000000000000000e-24", 1), ("9007199254740993", 9_007_199_254_740_993),
            ("9223372036854775807", .max), ("-9223372036854775808", .min), ("9.223372036854775807e18", .max),
            ("-9223372036854775808.000", .min), ("922337203685477580700e-2", .max),
        ] as [(String, Int64)])
    func integersAreExactHoweverTheyAreWritten(text: String, value: Int64) throws {
        #expect(try integer(text, as: Int64.self) == value)
    }

    @Test(arguments: [
        "9223372036854775808", "-9223372036854775809", "1e19", "-1e19", "18446744073709551616",
        "29999999999999999999", "1e999999999999", "99999999999999999999999999999", "123456789012345678901234567890",
    ])
    func integersBeyond64BitsAreRefused(text: String) {
        #expect(throws: JSONDecimal.Misfit.outOfRange) { try integer(text, as: Int64.self) }
    }

    @Test(arguments: ["0.5", "1e-1", "-1.5", "1.0000000000000000000000001", "9223372036854775807.5", "1e-999999999999"])
    func fractionsAreNoIntegers(text: String) {
        #expect(throws: JSONDecimal.Misfit.notAnInteger) { try integer(text, as: Int64.self) }
    }

    @Test func eachWidthHasItsRange() throws {
        #expect(try integer("2147483647", as: Int32.self) == .max)
        #expect(try integer("-2147483648", as: Int32.self) == .min)
        #expect(try integer("4294967295", as: UInt32.self) == .max)
        #expect(try integer("18446744073709551615", as: UInt64.self) == .max)
        #expect(try integer("1.8446744073709551615e19", as: UInt64.self) == .max)
        #expect(throws: JSONDecimal.Misfit.outOfRange) { try integer("2147483648", as: Int32.self) }
        #expect(throws: JSONDecimal.Misfit.outOfRange) { try integer("-2147483649", as: Int32.self) }
        #expect(throws: JSONDecimal.Misfit.outOfRange) { try integer("4294967296", as: UInt32.self) }
        #expect(throws: JSONDecimal.Misfit.outOfRange) { try integer("-1", as: UInt32.self) }
        #expect(throws: JSONDecimal.Misfit.outOfRange) { try integer("-1", as: UInt64.self) }
        #expect(throws: JSONDecimal.Misfit.outOfRange) { try integer("18446744073709551616", as: UInt64.self) }
        #expect(throws: JSONDecimal.Misfit.outOfRange) { try integer("-18446744073709551615", as: Int64.self) }
    }

    @Test(arguments: [
        "0", "1", "-1", "0.1", "0.3", "1e22", "1e23", "9007199254740993", "9007199254740992.5", "123456789.125e-7",
        "1.7976931348623157e308", "2.2250738585072014e-308", "5e-324", "4.9406564584124654e-324", "1e-400",
        "3.14159265358979",
        "179769313486231580793728971405301e276", "0.000000000000000000000000000000000000000000000000000000000001",
        "1e-22", "7e-23",
    ])
    func doublesAreTheNearest(text: String) throws {
        var copy = text
        let value = try #require(copy.withUTF8 { JSONReader.double($0) })
        #expect(value == Double(text))
        let float = copy.withUTF8 { JSONReader.float($0) }
        #expect(float == Float(text).flatMap { $0.isFinite ? $0 : nil })
    }

    @Test func negativeZeroKeepsItsSign() throws {
        var text = "-0"
        let value = try #require(text.withUTF8 { JSONReader.double($0) })
        #expect(value.sign == .minus)
    }

    @Test(arguments: ["1e309", "-1e309", "1.7976931348623159e308", "1e999999999"])
    func hugeNumbersAreRefused(text: String) {
        var text = text
        #expect(text.withUTF8 { JSONReader.double($0) } == nil)
        #expect(text.withUTF8 { JSONReader.float($0) } == nil)
    }

    @Test func floatsAreRoundedOnce() {
        // Halfway between two floats when cut to a double, a little above as it is written.
        var text = "1.00000017881393432617187500001"
        #expect(text.withUTF8 { JSONReader.float($0) } == Float("1.00000017881393432617187500001"))
        var large = "3.5e38"
        #expect(large.withUTF8 { JSONReader.float($0) } == nil)
    }
}
