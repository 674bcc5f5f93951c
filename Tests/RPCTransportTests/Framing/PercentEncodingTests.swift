import Testing

@testable import RPCTransport

@Suite struct PercentEncodingTests {
    @Test(arguments: [
        ("plain text", "plain text"), ("100%", "100%25"), ("a\nb", "a%0Ab"), ("é", "%C3%A9"),
        ("\u{1F600}", "%F0%9F%98%80"),
        ("\r\0~\u{7f}", "%0D%00~%7F"), ("", ""),
    ])
    func textGoesThereAndBack(text: String, encoded: String) {
        #expect(String(decoding: PercentEncoding.encode(text), as: UTF8.self) == encoded)
        #expect(Array(encoded.utf8).withUnsafeBytes(PercentEncoding.decode) == text)
    }

    @Test(arguments: ["%", "%4", "%zz", "a%", "%%41"])
    func whatIsNoEscapeStays(text: String) {
        let decoded = Array(text.utf8).withUnsafeBytes(PercentEncoding.decode)
        #expect(decoded == (text == "%%41" ? "%A" : text))
    }

    @Test func aLongMessageIsCutBetweenCharacters() {
        let encoded = PercentEncoding.encode(String(repeating: "é", count: 10_000))
        #expect(encoded.count <= PercentEncoding.maximumEncodedBytes)
        #expect(encoded.count % 6 == 0)
    }
}
