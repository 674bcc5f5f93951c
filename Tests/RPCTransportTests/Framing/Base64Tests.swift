import Testing

@testable import RPCTransport

@Suite struct Base64Tests {
    // RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ])
    func bytesGoThereAndBack(bytes: String, text: String) {
        #expect(String(decoding: Base64.encode(Array(bytes.utf8)), as: UTF8.self) == text)
        #expect(Base64.decode(Array(text.utf8)) == Array(bytes.utf8))
        let padded = text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        #expect(Base64.decode(Array(padded.utf8)) == Array(bytes.utf8))
    }

    @Test(arguments: ["Z", "Zg=", "Zm9v=", "Zm 9", "Z!==", "====", "=", "Zg==Zg=="])
    func anythingElseIsRefused(text: String) {
        #expect(Base64.decode(Array(text.utf8)) == nil)
    }
}
