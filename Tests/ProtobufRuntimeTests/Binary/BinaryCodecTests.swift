import GeneratedTestMessages
import ProtobufRuntime
import Testing

@Suite struct BinaryCodecTests {
    @Test func randomMessagesComeBackAsTheyWent() throws {
        for seed in 0..<200 as Range<UInt64> {
            var random = RandomMessage(seed: seed)
            random.density = Int(seed % 100)
            let message: Everything = random.make()
            let bytes = message.serialized()
            #expect(bytes.count == message.serializedSize)
            let again = try Everything(serialized: bytes)
            #expect(again == message)
            #expect(again.serialized() == bytes)
        }
    }

    @Test func noBytesAreTheEmptyMessage() throws {
        #expect(try Everything(serialized: []) == Everything())
        #expect(Everything().serialized() == [])
        #expect(Everything().serializedSize == 0)
    }

    @Test func serializingIntoALargerBufferTouchesOnlyItsBeginning() throws {
        let message = Other.with { $0.number = 300 }
        var buffer = [UInt8](repeating: 0xAA, count: 8)
        let count = buffer.withUnsafeMutableBytes { message.serialize(into: $0) }
        #expect(buffer == [0x08, 0xAC, 0x02] + [UInt8](repeating: 0xAA, count: 5))
        #expect(count == 3)
    }

    @Test func negativeZeroIsWrittenWhereverItStands() throws {
        let message = Everything.with {
            $0.doubleValue = -0.0
            $0.nestedValue.everything.floatValue = -0.0
            $0.optionalDouble = -0.0
            $0.repeatedFloat = [-0.0]
            $0.mapInt32Double = [1: -0.0]
            $0.mapStringEverything = ["k": .with { $0.doubleValue = -0.0 }]
            $0.repeatedEverything = [.with { $0.floatValue = -0.0 }]
        }
        let again = try Everything(serialized: message.serialized())
        #expect(again == message)
        #expect(again.doubleValue.sign == .minus)
        #expect(again.nestedValue.everything.floatValue.sign == .minus)
        #expect(again.mapInt32Double[1]?.sign == .minus)
        #expect(message.serialized().count == message.serializedSize)
        #expect(Everything.with { $0.doubleValue = 0.0 }.serialized() == [])
    }

    @Test func notANumberKeepsItsBits() throws {
        let bits: UInt64 = 0x7FF8_0000_0000_1234
        let message = Everything.with { $0.doubleValue = Double(bitPattern: bits) }
        #expect(try Everything(serialized: message.serialized()).doubleValue.bitPattern == bits)
    }

    @Test func packedAndUnpackedAreBothRead() throws {
        let packed = WireBytes.make { $0.delimited(93, [1, 2, 3]) }
        let unpacked = WireBytes.make { for value in 1...3 as ClosedRange<UInt64> { $0.number(63, value) } }
        let mixed = WireBytes.make {
            $0.number(63, 1)
            $0.delimited(63, [2])
            $0.delimited(63, [])
            $0.number(63, 3)
        }
        #expect(try Everything(serialized: packed).unpackedInt32 == [1, 2, 3])
        #expect(try Everything(serialized: unpacked).repeatedInt32 == [1, 2, 3])
        #expect(try Everything(serialized: mixed).repeatedInt32 == [1, 2, 3])
        let doubles = WireBytes.make {
            $0.fixed64(61, (1.5).bitPattern)
            $0.fixed64(61, (2.5).bitPattern)
        }
        #expect(try Everything(serialized: doubles).repeatedDouble == [1.5, 2.5])
    }

    @Test func boolsInOddBytesAreStillBools() throws {
        let bytes = WireBytes.make {
            $0.delimited(73, [1, 0, 0x80, 0x01, 0x80, 0x00, 5])
            $0.number(13, 300)
            $0.number(1, 2)
        }
        let message = try Everything(serialized: WireBytes.make { $0.raw(Array(bytes.dropLast(2))) })
        #expect(message.repeatedBool == [true, false, true, false, true])
        #expect(message.boolValue)
        #expect(
            message.serialized()
                == WireBytes.make {
                    $0.number(13, 1)
                    $0.delimited(73, [1, 0, 1, 0, 1])
                })
    }

    @Test func theLastOfAScalarCounts() throws {
        let bytes = WireBytes.make {
            $0.number(3, 1)
            $0.text(14, "first, and longer")
            $0.number(3, 2)
            $0.text(14, "last")
        }
        let message = try Everything(serialized: bytes)
        #expect(message.int32Value == 2 && message.stringValue == "last")
    }

    @Test func numbersAreCutToTheirWidth() throws {
        let bytes = WireBytes.make {
            $0.number(3, 0xFFFF_FFFF_0000_0007)
            $0.number(17, 0xFFFF_FFFF_FFFF_FFFF)
            $0.number(16, 77)
        }
        let message = try Everything(serialized: bytes)
        #expect(message.int32Value == 7)
        #expect(message.colorValue == .negative)
        #expect(message.shadeValue == .unrecognized(77))
    }
}
