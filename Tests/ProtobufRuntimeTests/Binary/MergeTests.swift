import GeneratedTestMessages
import ProtobufRuntime
import Testing

/// Singular messages that come more than once are merged, as the specification says
/// (https://protobuf.dev/programming-guides/encoding/#last-one-wins).
@Suite struct MergeTests {
    @Test func partsOfAMessageAreMerged() throws {
        let bytes = WireBytes.make {
            $0.message(19) {
                $0.number(1, 5)
                $0.message(2) {
                    $0.number(63, 1)
                    $0.number(3, 9)
                }
            }
            $0.number(3, 1)
            $0.message(19) {
                $0.text(3, "later")
                $0.message(2) { $0.number(63, 2) }
            }
            $0.message(19) { $0.number(1, 6) }
        }
        let message = try Everything(serialized: bytes)
        #expect(message.int32Value == 1)
        #expect(message.nestedValue.number == 6)
        #expect(message.nestedValue.text == "later")
        #expect(message.nestedValue.everything.repeatedInt32 == [1, 2])
        #expect(message.nestedValue.everything.int32Value == 9)
    }

    @Test func partsOfAnOptionalMessageAndOfAOneofMemberAreMerged() throws {
        let bytes = WireBytes.make {
            $0.message(48) { $0.number(1, 5) }
            $0.message(178) { $0.number(1, 1) }
            $0.message(48) { $0.text(3, "both") }
            $0.message(178) { $0.text(3, "both") }
        }
        let message = try Everything(serialized: bytes)
        #expect(message.optionalNested.number == 5 && message.optionalNested.text == "both")
        #expect(message.choiceNested.number == 1 && message.choiceNested.text == "both")
    }

    @Test func anotherMemberInBetweenEndsTheMerging() throws {
        let bytes = WireBytes.make {
            $0.message(178) { $0.number(1, 1) }
            $0.number(163, 4)
            $0.message(178) { $0.text(3, "new") }
        }
        let message = try Everything(serialized: bytes)
        #expect(message.choiceNested.number == 0 && message.choiceNested.text == "new")
        let ended = try Everything(serialized: bytes + WireBytes.make { $0.number(163, 8) })
        #expect(ended.choice == .choiceInt32(8))
        let other = try Everything(serialized: bytes + WireBytes.make { $0.message(181) { $0.number(3, 2) } })
        #expect(other.choiceEverything.int32Value == 2)
    }

    @Test func ofMapEntriesWithTheSameKeyTheLastCounts() throws {
        let bytes = WireBytes.make {
            $0.message(134) {
                $0.text(1, "k")
                $0.text(2, "first")
            }
            $0.message(134) {
                $0.text(1, "other")
                $0.text(2, "x")
            }
            $0.message(134) {
                $0.text(2, "last")
                $0.text(1, "k")
            }
            $0.message(136) {
                $0.text(1, "n")
                $0.message(2) { $0.number(1, 1) }
            }
            $0.message(136) {
                $0.text(1, "n")
                $0.message(2) { $0.text(3, "replaced") }
            }
            $0.message(121) { $0.number(2, 5) }
        }
        let message = try Everything(serialized: bytes)
        #expect(message.mapStringString == ["k": "last", "other": "x"])
        #expect(message.mapStringNested["n"]?.text == "replaced" && message.mapStringNested["n"]?.number == 0)
        #expect(message.mapInt32Int32 == [0: 5])
        #expect(try Everything(serialized: message.serialized()) == message)
    }

    @Test func aHundredThousandPartsAreMergedInOnePass() throws {
        let part = WireBytes.make { $0.message(21) { $0.message(21) { $0.number(63, 7) } } }
        var bytes: [UInt8] = []
        for _ in 0..<100_000 { bytes += part }
        let message = try Everything(serialized: bytes)
        #expect(message.itself.itself.repeatedInt32.count == 100_000)
        #expect(message.itself.itself.repeatedInt32.allSatisfy { $0 == 7 })
    }
}
