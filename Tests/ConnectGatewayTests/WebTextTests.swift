import NIOCore
import RPCCore
import Testing

@testable import ConnectGateway

@Suite struct WebTextTests {
    @Test(arguments: 0...20) func whatIsEncodedIsDecoded(count: Int) throws {
        let bytes = ByteBuffer(bytes: (0..<count).map { UInt8($0 * 37 & 255) })
        let text = WebText.encode(bytes)
        #expect(text.readableBytes == (count + 2) / 3 * 4)
        #expect(try WebText.decode(text) == bytes)
    }

    @Test func piecesMayBePaddedEach() throws {
        #expect(try WebText.decode(ByteBuffer(string: "YQ==YmM=ZGVmZw")) == ByteBuffer(string: "abcdefg"))
    }

    @Test(arguments: ["*", "A", "=", "YQ=", "YQ===", "YQ==*", "Y Q="])
    func anythingElseIsAnError(text: String) {
        #expect(throws: RPCError.self) { try WebText.decode(ByteBuffer(string: text)) }
    }
}
