import Testing

@testable import ProtobufRuntime

@Suite struct JSONReaderTests {
    /// Reads all of a text and throws what is wrong with it.
    private static func check(_ text: [UInt8], maximumDepth: Int = 100) throws(ProtobufError) {
        try text.withUnsafeBytesOfReader(maximumDepth: maximumDepth) { reader throws(ProtobufError) in
            try reader.skipValue()
            try reader.finish()
        }
    }

    private static func decodedString(_ text: [UInt8]) throws(ProtobufError) -> [UInt8] {
        try text.withUnsafeBytesOfReader { reader throws(ProtobufError) in
            let string = Array(try reader.readString())
            try reader.finish()
            return string
        }
    }

    @Test(arguments: [
        "{}", "[]", "null", "true", "false", "0", "-0", "12", "-1.5", "1e3", "1E+3", "0.1e-7", "\"\"", "\"a\"",
        " \t\r\n[ 1 , 2 ] \n", "{\"a\":1,\"b\":[true,null,{\"c\":{}}]}", "{ \"a\" : \"b\" , \"c\" : -0.0 }",
        "\"\\u0041\\n\\/\\\\\\\"\\b\\f\\r\\t\"", "\"\\ud83d\\ude00\"", "\"😀 héllo 日本\"", "\"\u{2028}\u{7F}\"",
        "[[],[[]],{}]", "[\"\",\"\"]", "123456789012345678901234567890",
    ])
    func acceptsWhatIsJSON(text: String) throws {
        try Self.check(Array(text.utf8))
    }

    @Test(arguments: [
        ("", 0, "unexpected end"), ("   ", 3, "unexpected end"), ("{", 1, "unexpected end"),
        ("[", 1, "unexpected end"), ("[1", 2, "unexpected end"), ("[1,", 3, "unexpected end"),
        ("{\"a\"", 4, "unexpected end"), ("{\"a\":", 5, "unexpected end"), ("{\"a\":1", 6, "unexpected end"),
        ("\"abc", 4, "unexpected end within a string"), ("\"abc\\", 5, "unexpected end within a string"),
        ("\"\\u12", 5, "unexpected end within an escape"),
        ("[1,]", 3, "expected a value"), ("[,1]", 1, "expected a value"), ("[1 2]", 3, "expected ',' or ']'"),
        ("{,}", 1, "expected a member's name"), ("{\"a\":1,}", 7, "expected a member's name"),
        ("{a:1}", 1, "expected a member's name"), ("{'a':1}", 1, "expected a member's name"),
        ("{\"a\" 1}", 5, "expected ':'"), ("{\"a\":1 \"b\":2}", 7, "expected ',' or '}'"),
        ("{1:2}", 1, "expected a member's name"), ("[}", 1, "expected a value"), ("{]", 1, "expected a member's name"),
        ("1 2", 2, "unexpected bytes after the value"), ("{}}", 2, "unexpected bytes after the value"),
        ("nul", 0, "expected null"), ("tru", 0, "expected true or false"), ("True", 0, "expected a value"),
        ("falsy", 0, "expected true or false"), ("NaN", 0, "expected a value"), ("Infinity", 0, "expected a value"),
        ("+1", 0, "expected a value"), (".5", 0, "expected a value"), ("-", 1, "expected a digit"),
        ("-a", 1, "expected a digit"), ("01", 0, "a number begins with no needless zero"),
        ("-00", 1, "a number begins with no needless zero"), ("1.", 2, "expected a digit after the point"),
        ("1.e3", 2, "expected a digit after the point"), ("1e", 2, "expected a digit in the exponent"),
        ("1e+", 3, "expected a digit in the exponent"), ("0x10", 1, "unexpected bytes after the value"),
        ("-Infinity", 1, "expected a digit"), ("\"\\x\"", 1, "unknown escape"),
        ("\"\\u12g4\"", 5, "expected four hexadecimal digits"),
        ("\"a\nb\"", 2, "a control character in a string has to be escaped"),
        ("\"12345678\u{0}\"", 9, "a control character in a string has to be escaped"),
        ("\"\\ud83d\"", 1, "a lone surrogate"), ("\"\\ude00\"", 1, "a lone surrogate"),
        ("\"\\ud83d\\n\"", 1, "a lone surrogate"), ("\"\\ud83dx\"", 1, "a lone surrogate"),
        ("\"\\ud83d\\ud83d\"", 1, "a lone surrogate"), ("\"\\ude00\\ud83d\"", 1, "a lone surrogate"),
        ("\"\\ud83d\\u0041\"", 1, "a lone surrogate"), ("// no\n1", 0, "expected a value"),
        ("\u{FEFF}1", 0, "expected a value"), ("[1]\u{0}", 3, "unexpected bytes after the value"),
    ])
    func refusesWhatIsNot(text: String, offset: Int, message: String) throws {
        let error = try #require(throws: ProtobufError.self) { try Self.check(Array(text.utf8)) }
        #expect(error.code == .malformed)
        #expect(error.offset == offset)
        #expect(error.message == message)
    }

    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xE2, 0x82], [0xE2, 0x28, 0xA1], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80],
            [0xFE], [0xFF],
        ] as [[UInt8]])
    func refusesInvalidUTF8(bytes: [UInt8]) throws {
        for prefix in ["", "1234567", "\\n", "é"] {
            let text = Array("\"\(prefix)".utf8) + bytes + Array("\"".utf8)
            let error = try #require(throws: ProtobufError.self) { try Self.check(text) }
            #expect(error.code == .invalidUTF8)
            #expect(error.offset == 1 + prefix.utf8.count)
        }
    }

    @Test func everyPrefixOfATextIsRefused() throws {
        let text = Array("{\"a\":[1,-2.5e3,true,null,\"\\u00e9x\\ud83d\\ude00é\"],\"b\":{\"c\":false}}".utf8)
        try Self.check(text)
        for length in 0..<text.count {
            #expect(throws: ProtobufError.self) { try Self.check(Array(text[..<length])) }
        }
    }

    @Test func everySingleByteIsReadOrRefused() {
        for byte in UInt8.min...UInt8.max {
            for text in [
                [byte], [0x22, byte], [0x22, byte, 0x22], [0x22, 0x5C, byte], [0x5B, byte, 0x5D], [0x31, byte],
            ] {
                _ = try? Self.check(text)
            }
        }
    }

    @Test func escapesBecomeTheirCharacters() throws {
        let text = "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\\ud83D\\uDe00 end\""
        #expect(try Self.decodedString(Array(text.utf8)) == Array("\"\\/\u{8}\u{C}\n\r\tAé€😀 end".utf8))
        #expect(try Self.decodedString(Array("\"\\u0000\"".utf8)) == [0])
    }

    /// The text is looked at eight bytes at a time, so each place of a word has its turn.
    @Test func specialCharactersAreFoundAtEveryPlace() throws {
        for length in 0..<40 {
            for (written, read) in [("\\n", "\n"), ("\\\"", "\""), ("é", "é"), ("\\\\", "\\"), ("😀", "😀")] {
                let before = String(repeating: "x", count: length)
                let text = Array("\"\(before)\(written)\(before)\"".utf8)
                #expect(try Self.decodedString(text) == Array("\(before)\(read)\(before)".utf8))
            }
        }
    }

    @Test func longStringsWithManyEscapesAreDecodedWhole() throws {
        let written = Array(String(repeating: "line\\n", count: 100_000).utf8)
        let read = Array(String(repeating: "line\n", count: 100_000).utf8)
        #expect(try Self.decodedString([0x22] + written + [0x22]) == read)
    }

    @Test func nestingEndsAtTheLimit() throws {
        func nested(_ depth: Int, _ open: String, _ close: String) -> [UInt8] {
            Array((String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)).utf8)
        }
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            try Self.check(nested(100, open, close))
            let error = try #require(throws: ProtobufError.self) { try Self.check(nested(101, open, close)) }
            #expect(error.code == .tooDeep)
            #expect(error.offset == 100 * open.utf8.count)
        }
        #expect(throws: ProtobufError.self) { try Self.check(Array(String(repeating: "[", count: 1_000_000).utf8)) }
        // Depth is what is open at once, not how many there are.
        try Self.check(Array("[\(Array(repeating: "[[]]", count: 1_000).joined(separator: ","))]".utf8))
    }

    @Test func numbersHaveALengthLimit() throws {
        let longest = Array(String(repeating: "1", count: JSONReader.maximumNumberCharacters).utf8)
        try Self.check(longest)
        let error = try #require(throws: ProtobufError.self) { try Self.check(longest + [0x31]) }
        #expect(error.code == .tooLarge)
    }

    @Test func rawValuesAreThePieceOfTheText() throws {
        let text = Array(" {\"a\" : 1.50,\"\\u0062\":[ ]} ".utf8)
        let raw = try text.withUnsafeBytesOfReader { reader throws(ProtobufError) in Array(try reader.readRawValue()) }
        #expect(raw == Array("{\"a\" : 1.50,\"\\u0062\":[ ]}".utf8))
    }
}

extension [UInt8] {
    func withUnsafeBytesOfReader<Result>(
        maximumDepth: Int = 100, _ body: (inout JSONReader) throws(ProtobufError) -> Result
    ) throws(ProtobufError) -> Result {
        try span.bytes.withUnsafeBytes { bytes throws(ProtobufError) in
            var reader = JSONReader(bytes, maximumDepth: maximumDepth)
            return try body(&reader)
        }
    }
}
