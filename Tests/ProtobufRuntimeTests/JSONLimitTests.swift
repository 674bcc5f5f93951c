import GeneratedTestMessages
import ProtobufRuntime
import Testing

/// However the text is made, reading it takes bounded memory, depth and time.
@Suite struct JSONLimitTests {
    private func read(_ json: String, _ limits: DecodingLimits) throws(ProtobufError) -> Everything {
        try Everything(json: Array(json.utf8), limits: limits)
    }

    @Test func memoryHasABudget() throws {
        let json = "{\"repeatedEverything\":[\(Array(repeating: "{}", count: 10_000).joined(separator: ","))]}"
        #expect(try read(json, .default).repeatedEverything.count == 10_000)
        let error = try #require(throws: ProtobufError.self) { try read(json, DecodingLimits(maximumBytes: 1 << 20)) }
        #expect(error.code == .tooLarge)
        #expect(error.field?.hasPrefix("repeated_everything[") == true)
    }

    @Test func aBudgetThatIsSmallerThanTheMessageIsAnErrorToo() throws {
        let error = try #require(throws: ProtobufError.self) { try read("{}", DecodingLimits(maximumBytes: 8)) }
        #expect(error.code == .tooLarge)
    }

    @Test func valuesAreCounted() throws {
        let limits = DecodingLimits(maximumElements: 10)
        #expect(try read("{\"repeatedInt32\":[1,2,3,4,5,6,7,8,9,10]}", limits).repeatedInt32.count == 10)
        let error = try #require(throws: ProtobufError.self) {
            try read("{\"repeatedInt32\":[1,2,3,4,5,6,7,8,9,10,11]}", limits)
        }
        #expect(error.code == .tooManyElements)
        #expect(error.field == "repeated_int32[10]")
    }

    @Test func depthIsThatOfTheText() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "{\"itself\":", count: depth - 1) + "{}" + String(repeating: "}", count: depth - 1)
        }
        _ = try read(nested(100), .default)
        let error = try #require(throws: ProtobufError.self) { try read(nested(101), .default) }
        #expect(error.code == .tooDeep)
        #expect(throws: ProtobufError.self) { try read(nested(100_000), .default) }
        // Members that nobody knows count the same.
        let unknown = "{\"x\":" + String(repeating: "[", count: 200_000)
        let other = try #require(throws: ProtobufError.self) {
            try Everything(json: Array(unknown.utf8), dialect: .rest)
        }
        #expect(other.code == .tooDeep)
    }

    @Test func everyCutOfAMessageIsAnError() throws {
        let json = Array(everythingJSON.utf8)
        for length in 0..<json.count {
            #expect(throws: ProtobufError.self) { try Everything(json: Array(json[..<length])) }
        }
    }

    /// The generator is seeded: every run sees the same texts.
    @Test func noChangedByteTraps() {
        let json = Array(everythingJSON.utf8)
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        let alphabet = Array("{}[]:,\"\\ute01-+.EaN \u{0}".utf8) + [0x80, 0xC3, 0xED, 0xF4, 0xFF]
        for _ in 0..<1_000 {
            var changed = json
            for _ in 0...next(3) { changed[next(changed.count)] = alphabet[next(alphabet.count)] }
            if let message = try? Everything(json: changed, dialect: .rest) {
                _ = message.json()
                _ = message.serialized()
            }
        }
    }
}
