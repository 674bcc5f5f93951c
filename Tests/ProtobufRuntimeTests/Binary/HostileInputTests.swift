import GeneratedTestMessages
import ProtobufRuntime
import Testing

/// Bytes from anywhere: an error that names the place, in time and memory in proportion to the input; never a trap.
@Suite struct HostileInputTests {
    private static func failure<M: ProtobufMessage>(
        _ bytes: [UInt8], as type: M.Type = Everything.self, _ limits: DecodingLimits = .default
    ) -> ProtobufError? {
        do {
            _ = try M(serialized: bytes, limits: limits)
            return nil
        } catch { return error }
    }

    @Test func everyTruncationIsAnErrorOrAShorterMessage() {
        for seed in 0..<3 as Range<UInt64> {
            var random = RandomMessage(seed: seed)
            let bytes = (random.make(depth: 2) as Everything).serialized()
            for count in 0..<bytes.count {
                guard let message = try? Everything(serialized: Array(bytes[..<count])) else { continue }
                #expect(message.serializedSize <= count)
            }
        }
    }

    @Test func flippedBitsGiveAnErrorOrAMessageThatCanBeWritten() throws {
        var generator = SeededGenerator(seed: 7)
        var random = RandomMessage(seed: 1)
        let bytes = (random.make(depth: 2) as Everything).serialized()
        var accepted = 0
        for _ in 0..<1_500 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                damaged[Int.random(in: 0..<damaged.count, using: &generator)] ^=
                    1 << UInt8.random(in: 0..<8, using: &generator)
            }
            guard let message = try? Everything(serialized: damaged) else { continue }
            accepted += 1
            #expect(try Everything(serialized: message.serialized()) == message)
        }
        #expect(accepted > 0)
    }

    @Test func randomBytesNeverTrap() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<20_000 {
            let count = Int.random(in: 1...60, using: &generator)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            _ = try? Everything(serialized: bytes)
            _ = try? Tree(serialized: bytes)
        }
    }

    @Test func depthIsLimited() {
        func nested(_ depth: Int) -> [UInt8] {
            var bytes: [UInt8] = []
            for _ in 1..<depth { bytes = WireBytes.make { $0.delimited(2, bytes) } }
            return bytes
        }
        #expect(Self.failure(nested(100), as: Tree.self) == nil)
        let error = Self.failure(nested(101), as: Tree.self)
        #expect(error?.code == .tooDeep)
        #expect(error?.field?.hasPrefix("left.left.left") == true)
        #expect(Self.failure(nested(3_000), as: Tree.self)?.code == .tooDeep)
    }

    @Test func groupsCountAsDepth() {
        func groups(_ depth: Int) -> [UInt8] {
            WireBytes.make { wire in
                for _ in 0..<depth { wire.tag(500, 3) }
                for _ in 0..<depth { wire.tag(500, 4) }
            }
        }
        #expect(Self.failure(groups(99)) == nil)
        #expect(Self.failure(groups(100))?.code == .tooDeep)
        #expect(Self.failure(groups(500_000))?.code == .tooDeep)
        #expect(Self.failure(WireBytes.make { $0.tag(500, 3) })?.code == .malformed)
        #expect(Self.failure(WireBytes.make { $0.tag(500, 4) })?.code == .malformed)
        #expect(
            Self.failure(
                WireBytes.make {
                    $0.tag(500, 3)
                    $0.tag(501, 4)
                })?.code == .malformed)
    }

    @Test func aFloodOfGroupsIsBounded() throws {
        var bytes: [UInt8] = []
        for _ in 0..<200_000 { bytes += [0xA3, 0x1F, 0xA4, 0x1F] }  // 500: start, end
        let message = try Everything(serialized: bytes)
        #expect(message.serialized() == bytes)
        #expect(Self.failure(bytes, DecodingLimits(maximumElements: 199_999))?.code == .tooManyElements)
    }

    @Test func lengthsBeyondTheEndAreRefused() {
        for length: UInt64 in [2, 127, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0001, .max] {
            let bytes = WireBytes.make {
                $0.tag(14, 2)
                $0.varint(length)
                $0.raw([0x61])
            }
            let error = Self.failure(bytes)
            #expect(error?.code == .malformed)
            #expect(error?.field == "string_value" && error?.offset == 0)
        }
    }

    @Test func badTagsAndVarintsAreRefused() {
        #expect(Self.failure([0x00])?.code == .malformed)
        #expect(Self.failure([0x07, 0x00])?.code == .malformed)
        #expect(Self.failure([0x1E])?.code == .malformed)
        #expect(Self.failure([0x80, 0x80, 0x80, 0x80, 0x80, 0x01])?.code == .malformed)
        #expect(Self.failure([0xFF, 0xFF, 0xFF, 0xFF, 0xFF])?.code == .malformed)
        let long = WireBytes.make {
            $0.tag(3, 0)
            $0.raw([UInt8](repeating: 0x80, count: 10) + [0x01])
        }
        #expect(Self.failure(long)?.code == .malformed)
        #expect(
            Self.failure(
                WireBytes.make {
                    $0.tag(1, 1)
                    $0.raw([1, 2, 3])
                })?.field == "double_value")
        #expect(Self.failure(WireBytes.make { $0.delimited(61, [1, 2, 3]) })?.code == .malformed)
        #expect(Self.failure(WireBytes.make { $0.delimited(63, [0x80]) })?.field == "repeated_int32[0]")
    }

    @Test func textThatIsNotUTF8IsRefusedWithItsPlace() {
        let bad: [[UInt8]] = [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xC3, 0x28],
        ]
        for text in bad {
            let padded = Array("some text of ASCII ".utf8) + text
            let error = Self.failure(WireBytes.make { $0.delimited(14, padded) })
            #expect(error?.code == .invalidUTF8)
            #expect(error?.field == "string_value" && error?.offset == 21)
            #expect(Self.failure(WireBytes.make { $0.delimited(15, padded) }) == nil)
        }
        for text in [
            "\u{0}", "\u{7F}", "\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}",
            "\u{10FFFF}",
        ] {
            let bytes = WireBytes.make { $0.text(14, "text " + text) }
            #expect((try? Everything(serialized: bytes))?.stringValue == "text " + text)
        }
    }

    @Test func anErrorNamesThePathOfItsField() {
        let bytes = WireBytes.make {
            for _ in 0..<3 { $0.message(78) { $0.number(1, 1) } }
            $0.message(78) {
                $0.message(2) {
                    $0.text(74, "fine")
                    $0.delimited(74, [0xFF])
                }
            }
        }
        let error = Self.failure(bytes)
        #expect(error?.field == "repeated_nested[3].everything.repeated_string[1]")
        #expect(error?.offset == bytes.count - 1)
    }

    @Test func memoryIsLimited() throws {
        let bytes = WireBytes.make { wire in for _ in 0..<1_000 { wire.message(80) { _ in } } }
        #expect(Self.failure(bytes) == nil)
        #expect(Self.failure(bytes, DecodingLimits(maximumBytes: 100_000))?.code == .tooLarge)
        let text = WireBytes.make { $0.text(14, String(repeating: "x", count: 10_000)) }
        #expect(Self.failure(text, as: Everything.self, DecodingLimits(maximumBytes: 10_000))?.code == .tooLarge)
        #expect(Self.failure(text, as: Everything.self, DecodingLimits(maximumBytes: 16_000)) == nil)
    }

    @Test func elementsAreLimited() {
        let limits = DecodingLimits(maximumElements: 100)
        let packed = WireBytes.make { $0.delimited(63, [UInt8](repeating: 1, count: 101)) }
        #expect(Self.failure(packed, limits)?.code == .tooManyElements)
        #expect(Self.failure(packed, limits)?.field == "repeated_int32[0]")
        let messages = WireBytes.make { wire in for _ in 0..<101 { wire.message(80) { _ in } } }
        #expect(Self.failure(messages, limits)?.code == .tooManyElements)
        let unknown = WireBytes.make { wire in for _ in 0..<101 { wire.number(500, 1) } }
        #expect(Self.failure(unknown, limits)?.code == .tooManyElements)
    }

    @Test func aMessageDecodedWithinALimitMayGrowBeyondIt() throws {
        let limits = DecodingLimits(maximumBytes: 8_000)
        var message = try Other(serialized: WireBytes.make { $0.number(1, 1) }, limits: limits)
        message.text = String(repeating: "x", count: 20_000)
        #expect(message.text.utf8.count == 20_000)
    }
}
