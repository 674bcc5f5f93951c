import ProtobufRuntime
import Testing

@Suite struct JSONValidatorTests {
    private func validate(_ text: String, _ validator: JSONValidator = JSONValidator()) throws(ProtobufError) {
        try validator.validate(Array(text.utf8).span.bytes)
    }

    @Test(arguments: [
        "{}", " {\"a\":[1,2.50,-3e10,\"x\\n\\ud83d\\ude00\",true,false,null,{}]} ", "{\"n\":1e308}", "{\"n\":5e-324}",
        "{\"n\":-0.0}",
        "{\"n\":1234567890123456789012345678901234567890}", "{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":1}}",
        "{\"a\":[{\"b\":1},{\"b\":2}]}",
    ])
    func acceptsWhatAStoreKeeps(text: String) throws {
        try validate(text)
    }

    @Test(arguments: [
        ("[]", ProtobufError.Code.wrongType, 0), ("\"x\"", .wrongType, 0), ("1", .wrongType, 0),
        ("null", .wrongType, 0),
        ("", .malformed, 0), ("{", .malformed, 1), ("{\"a\":}", .malformed, 5), ("{} x", .malformed, 3),
        ("{\"a\":\"\\u0000\"}", .malformed, 5), ("{\"\\u0000\":1}", .malformed, 1),
        ("{\"a\":\"\\ud800\"}", .malformed, 6), ("{\"a\":1,\"b\":2,\"a\":3}", .malformed, 0),
        ("{\"x\":{\"a\":1,\"\\u0061\":3}}", .malformed, 5), ("{\"a\":1e309}", .tooLarge, 5),
        ("{\"a\":[-1e400]}", .tooLarge, 6), ("{\"a\":1e-400}", .tooLarge, 5), ("{\"a\":0e-16000}", .tooLarge, 5),
        ("{\"a\":0e16000}", .tooLarge, 5), ("{\"a\":1e99999999999999999999}", .tooLarge, 5),
        ("{\"a\":12345678901234567890123456789012345678901}", .tooLarge, 5),
    ])
    func refusesWhatAStoreDoesNot(text: String, code: ProtobufError.Code, offset: Int) throws {
        let error = try #require(throws: ProtobufError.self) { try validate(text) }
        #expect(error.code == code)
        #expect(error.offset == offset)
        #expect(!error.message.isEmpty)
    }

    @Test func sizeAndDepthHaveLimits() throws {
        let small = JSONValidator(maximumBytes: 10)
        try validate("{\"a\":1234}", small)
        #expect(throws: ProtobufError.self) { try validate("{\"a\":12345}", small) }
        let deepest = String(repeating: "[", count: 99) + String(repeating: "]", count: 99)
        try validate("{\"a\":\(deepest)}")
        let error = try #require(throws: ProtobufError.self) { try validate("{\"a\":[\(deepest)]}") }
        #expect(error.code == .tooDeep)
    }

    @Test func anyValueIsFineWhereNoObjectIsAskedFor() throws {
        let validator = JSONValidator(requiresObject: false)
        for text in ["[]", "1", "\"x\"", "null", "{}"] { try validate(text, validator) }
    }

    @Test func manyMembersAreCheckedInReasonableTime() throws {
        let members = (0..<2_000).map { "\"\($0)\":0" }
        let validator = JSONValidator(maximumBytes: 1 << 20)
        try validate("{\(members.joined(separator: ","))}", validator)
        #expect(throws: ProtobufError.self) {
            try validate("{\((members + ["\"77\":1"]).joined(separator: ","))}", validator)
        }
    }
}
