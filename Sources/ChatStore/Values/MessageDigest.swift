/// A SHA-256 digest: 32 bytes.
public struct MessageDigest: Sendable, Hashable {
    public let words: (UInt64, UInt64, UInt64, UInt64)

    /// From the digest's four big-endian words.
    public init(word0: UInt64, word1: UInt64, word2: UInt64, word3: UInt64) {
        words = (word0, word1, word2, word3)
    }

    /// From 32 bytes; nil if there are more or fewer.
    public init?(_ bytes: RawSpan) {
        guard bytes.byteCount == 32 else { return nil }
        func word(_ index: Int) -> UInt64 {
            UInt64(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
        }
        words = (word(0), word(1), word(2), word(3))
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        [words.0, words.1, words.2, words.3].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) }
        }
    }

    public static func == (left: MessageDigest, right: MessageDigest) -> Bool {
        left.words == right.words
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
    }
}
