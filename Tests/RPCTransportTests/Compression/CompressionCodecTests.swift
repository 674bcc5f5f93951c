import GeneratedRPC
import ProtobufRuntime
import RPCCore
import Testing

@testable import RPCTransport

@Suite struct CompressionCodecTests {
    static let limit = 1_000_000
    static let sizes = [1, 2, 100, 4_095, 4_096, 4_097, 65_536, 300_000, limit]

    @Test(arguments: Compression.allCases, sizes)
    func whatIsCompressedComesBack(compression: Compression, size: Int) throws {
        for bytes in [[UInt8](repeating: 7, count: size), Self.noise(size)] {
            #expect(try decompress(compressed(bytes, compression), compression) == bytes)
        }
    }

    /// Made by Python's gzip and zlib modules.
    @Test(arguments: [
        (
            Compression.gzip,
            [
                0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0x02, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x90, 0,
                0x80, 0x88, 0xf9, 0xe5, 0x11, 0, 0, 0,
            ] as [UInt8]
        ),
        (
            .deflate,
            [
                0x78, 0x9c, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x90, 0, 0x3a, 0x2e, 0x06, 0x7d,
            ]
        ),
    ])
    func formatsAreThoseThatOthersWrite(compression: Compression, bytes: [UInt8]) throws {
        #expect(try decompress(bytes, compression) == Array("hello hello hello".utf8))
    }

    @Test func oneInflaterTakesTheFormatsInAnyOrder() throws {
        for compression in [Compression.gzip, .deflate, .deflate, .gzip] {
            #expect(try decompress(compressed([1, 2, 3], compression), compression) == [1, 2, 3])
            #expect(throws: DecompressionError.self) { try decompress([9, 9, 9], compression) }
        }
    }

    @Test func nothingIsAnEmptyMessage() throws {
        for compression in Compression.allCases { #expect(try decompress([], compression) == []) }
    }

    // MARK: Limits

    @Test(arguments: Compression.allCases)
    func aMessageAsLongAsTheLimitPassesAndOneByteMoreDoesNot(compression: Compression) throws {
        for size in [1, 4_096, 100_000] {
            let bytes = compressed([UInt8](repeating: 0, count: size), compression)
            #expect(try decompress(bytes, compression, limit: size).count == size)
            #expect(throws: DecompressionError.tooLarge(limit: size - 1)) {
                try decompress(bytes, compression, limit: size - 1)
            }
        }
    }

    @Test(arguments: Compression.allCases)
    func aBombIsRefusedInMemoryThatTheLimitBounds(compression: Compression) throws {
        let bomb = compressed([UInt8](repeating: 0, count: 64 * 1_024 * 1_024), compression)
        // What the format can do at most is about 1 to 1,030.
        #expect(bomb.count < 512 * 1_024)
        var inflater = Inflater()
        var output = ByteQueue()
        for limit in [0, 1_000, 100_000, Self.limit] {
            let error = failure(&inflater, bomb, compression, limit: limit, &output)
            #expect(error == .tooLarge(limit: limit))
            #expect(output.count == limit + 1)
            #expect(output.capacity <= max(2 * limit, 8_192))
        }
    }

    // MARK: Damage

    @Test(arguments: Compression.allCases)
    func aMessageThatIsCutOffIsDamagedWhereverThatIs(compression: Compression) {
        let bytes = compressed(Self.noise(50) + [UInt8](repeating: 1, count: 500), compression)
        for end in 1..<bytes.count {
            #expect(throws: DecompressionError.damaged("it is cut off")) {
                try decompress(Array(bytes[..<end]), compression)
            }
        }
    }

    @Test(arguments: Compression.allCases)
    func somethingAfterTheEndIsDamage(compression: Compression) {
        let bytes = compressed([1, 2, 3], compression)
        for more in [[0], [1, 2, 3], bytes] {
            #expect(throws: DecompressionError.damaged("there is something after its end")) {
                try decompress(bytes + more, compression)
            }
        }
    }

    @Test func aWrongChecksumOrLengthIsDamage() {
        for (compression, fromEnd, damage) in [
            (Compression.gzip, 5, "incorrect data check"), (.gzip, 1, "incorrect length check"),
            (.deflate, 1, "incorrect data check"),
        ] {
            var bytes = compressed(Array("a message".utf8), compression)
            bytes[bytes.count - fromEnd] ^= 0x55
            #expect(throws: DecompressionError.damaged(damage)) { try decompress(bytes, compression) }
        }
    }

    @Test func theOtherFormatAndADictionaryAreDamage() {
        #expect(throws: DecompressionError.self) { try decompress(compressed([1], .gzip), .deflate) }
        #expect(throws: DecompressionError.self) { try decompress(compressed([1], .deflate), .gzip) }
        // The bit FDICT of RFC 1950, and the dictionary's number.
        #expect(throws: DecompressionError.damaged("it needs a dictionary")) {
            try decompress([0x78, 0xbb, 1, 2, 3, 4, 0, 0], .deflate)
        }
    }

    @Test(arguments: Compression.allCases)
    func noByteThatIsWrongDoesHarm(compression: Compression) {
        let bytes = compressed(Self.noise(200) + [UInt8](repeating: 1, count: 200), compression)
        for index in bytes.indices {
            for bit in 0..<8 {
                var wrong = bytes
                wrong[index] ^= 1 << bit
                // Some bits of a gzip header say nothing that matters; all else has to be found out.
                let result = try? decompress(wrong, compression)
                if let result { #expect(compression == .gzip && index < 10 && result.count == 400) }
            }
        }
    }

    // MARK: -

    /// Bytes that can't be compressed, the same each time.
    private static func noise(_ count: Int) -> [UInt8] {
        var state: UInt64 = 88_172_645_463_325_252
        return (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state >> 32)
        }
    }

    private func compressed(_ bytes: [UInt8], _ compression: Compression) -> [UInt8] {
        var deflater = Deflater(compression)
        return [UInt8](unsafeUninitializedCapacity: bytes.count + bytes.count / 1_000 + 100) { target, count in
            count = bytes.withUnsafeBytes { deflater.deflate($0, into: UnsafeMutableRawBufferPointer(target)) } ?? 0
        }
    }

    private func failure(
        _ inflater: inout Inflater, _ bytes: [UInt8], _ compression: Compression, limit: Int, _ output: inout ByteQueue
    ) -> DecompressionError? {
        bytes.withUnsafeBytes { bytes in
            do throws(DecompressionError) {
                try inflater.inflate(bytes, compression, limit: limit, into: &output)
                return nil
            } catch {
                return error
            }
        }
    }

    private func decompress(_ bytes: [UInt8], _ compression: Compression, limit: Int = limit) throws -> [UInt8] {
        try bytes.withUnsafeBytes { bytes in
            try MessageCompressor.ofThisThread.withDecompressed(bytes, compression, limit: limit) { Array($0) }
        }
    }
}
