import ChatStore
import Testing

@Suite("Message digests")
struct MessageDigestTests {
    @Test("32 bytes go in and come out")
    func bytes() throws {
        let bytes = (0..<32).map { UInt8($0 * 8 + 1) }
        let digest = try #require(Self.digest(of: bytes))
        #expect(digest.bytes == bytes)
        #expect(digest.words.0 == 0x0109_1119_2129_3139)
        let words = digest.words
        #expect(digest == MessageDigest(word0: words.0, word1: words.1, word2: words.2, word3: words.3))
    }

    @Test("Any other count is refused", arguments: [0, 1, 31, 33, 64])
    func otherCounts(_ count: Int) {
        #expect(Self.digest(of: [UInt8](repeating: 7, count: count)) == nil)
    }

    @Test("A difference in any byte is one")
    func equality() throws {
        let bytes = [UInt8](repeating: 0, count: 32)
        let digest = try #require(Self.digest(of: bytes))
        for place in 0..<32 {
            var other = bytes
            other[place] = 1
            #expect(try #require(Self.digest(of: other)) != digest)
        }
    }

    private static func digest(of bytes: [UInt8]) -> MessageDigest? { MessageDigest(bytes.span.bytes) }
}
