import Testing

@testable import RPCTransport

@Suite struct MessageDeframerTests {
    static let messages: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 9, count: 300), [7]]
    static let wire: [UInt8] = messages.flatMap { [0, 0, 0, UInt8($0.count >> 8), UInt8($0.count & 255)] + $0 }

    func takeAll(_ deframer: inout MessageDeframer) throws -> [[UInt8]] {
        var taken: [[UInt8]] = []
        while let message = try deframer.next({ bytes, _ in Array(bytes) }) { taken.append(message) }
        return taken
    }

    @Test func messagesComeOutWhereverTheBytesAreSplit() throws {
        for split in 0...Self.wire.count {
            var deframer = MessageDeframer(maximumMessageBytes: 1_000)
            Self.wire[..<split].withUnsafeBytes { deframer.append($0) }
            var taken = try takeAll(&deframer)
            Self.wire[split...].withUnsafeBytes { deframer.append($0) }
            taken += try takeAll(&deframer)
            #expect(taken == Self.messages)
            #expect(deframer.bufferedBytes == 0)
        }
    }

    @Test func messagesComeOutOneByteAtATime() throws {
        var deframer = MessageDeframer(maximumMessageBytes: 1_000)
        var taken: [[UInt8]] = []
        for byte in Self.wire {
            [byte].withUnsafeBytes { deframer.append($0) }
            taken += try takeAll(&deframer)
        }
        #expect(taken == Self.messages)
    }

    @Test(arguments: [
        ([0, 0, 0, 3, 233] as [UInt8], MessageFramingError.tooLarge(bytes: 1_001, limit: 1_000)),
        ([0, 255, 255, 255, 255], .tooLarge(bytes: 4_294_967_295, limit: 1_000)),
        ([1, 0, 0, 0, 0], .compressed),
        ([2, 0, 0, 0, 0], .malformedFlag(2)),
        ([255, 255, 255, 255, 255], .malformedFlag(255)),
    ])
    func aBadPrefixIsRefusedBeforeItsMessageComes(prefix: [UInt8], error: MessageFramingError) {
        var deframer = MessageDeframer(maximumMessageBytes: 1_000)
        prefix.withUnsafeBytes { deframer.append($0) }
        #expect(throws: error) { try deframer.nextLength() }
        #expect(throws: error) { try deframer.next { bytes, _ in bytes.count } }
    }

    @Test func aMessageAsLargeAsTheLimitPasses() throws {
        var deframer = MessageDeframer(maximumMessageBytes: 1_000)
        ([0, 0, 0, 3, 232] + [UInt8](repeating: 1, count: 1_000)).withUnsafeBytes { deframer.append($0) }
        #expect(try deframer.next { bytes, _ in bytes.count } == 1_000)
    }
}
