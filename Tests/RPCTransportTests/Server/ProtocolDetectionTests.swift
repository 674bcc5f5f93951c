import Testing

@testable import RPCTransport

@Suite struct ProtocolDetectionTests {
    func detect(_ bytes: some Sequence<UInt8>) -> ProtocolDetection.Answer {
        Array(bytes).withUnsafeBytes(ProtocolDetection.detect)
    }

    @Test func thePrefaceIsKnownOnlyWhenAllOfItIsThere() {
        for count in 0..<ProtocolDetection.preface.count {
            #expect(detect(ProtocolDetection.preface.prefix(count)) == .unknown)
        }
        #expect(detect(ProtocolDetection.preface) == .http2)
        #expect(detect(ProtocolDetection.preface + [0, 0, 0]) == .http2)
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\n", "POST /", "P", "PR", "PUT", "PRI * HTTP/1.1\r\n", "\0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\rX",
    ])
    func everythingElseIsHTTP1AsSoonAsItDiffers(text: String) {
        #expect(detect(text.utf8) == (["P", "PR"].contains(text) ? .unknown : .http1))
    }
}
