import GeneratedTestMessages
import ProtobufRuntime
import Testing

/// What a newer version added passes through an older one.
@Suite struct UnknownFieldTests {
    @Test func fieldsOfANewerVersionPassThroughAnOlderOne() throws {
        for seed in 0..<50 as Range<UInt64> {
            var random = RandomMessage(seed: seed)
            let newer: Everything = random.make()
            let older = try Older(serialized: newer.serialized())
            #expect(older.int32Value == newer.int32Value)
            #expect(try Everything(serialized: older.serialized()) == newer)
        }
    }

    @Test func theyStayWithACopyThatIsChanged() throws {
        let older = try Older(
            serialized: WireBytes.make {
                $0.text(14, "kept")
                $0.number(3, 1)
            })
        var copy = older
        copy.int32Value = 2
        let newer = try Everything(serialized: copy.serialized())
        #expect(newer.stringValue == "kept" && newer.int32Value == 2)
    }

    @Test func unknownGroupsAreSkippedAndPassedOn() throws {
        let group = WireBytes.make {
            $0.group(500) {
                $0.number(1, 7)
                $0.group(2) { $0.text(3, "inner") }
                $0.fixed32(4, 5)
            }
        }
        let known = WireBytes.make { $0.number(3, 9) }
        let message = try Everything(serialized: group + known)
        #expect(message.int32Value == 9)
        #expect(message.serialized() == known + group)
        let nested = try Everything(
            serialized: WireBytes.make {
                $0.message(19) {
                    $0.raw(group)
                    $0.number(1, 4)
                }
            })
        #expect(nested.nestedValue.number == 4)
        #expect(
            nested.serialized()
                == WireBytes.make {
                    $0.message(19) {
                        $0.number(1, 4)
                        $0.raw(group)
                    }
                })
    }

    @Test func aKnownFieldOfAnotherWireTypeIsAnUnknownField() throws {
        let odd = WireBytes.make {
            $0.text(3, "a text where a number is known")
            $0.number(14, 5)
            $0.fixed32(13, 1)
            $0.fixed64(63, 1)
            $0.group(19) { $0.number(1, 1) }
        }
        let message = try Everything(serialized: odd + WireBytes.make { $0.number(4, 2) })
        #expect(message.int64Value == 2)
        #expect(message.int32Value == 0 && message.stringValue == "" && !message.boolValue)
        #expect(message.repeatedInt32.isEmpty && !message.hasNestedValue)
        #expect(
            message.serialized()
                == WireBytes.make {
                    $0.number(4, 2)
                    $0.raw(odd)
                })
    }

    @Test func aOneofIsNotUnsetByAMemberOfAnotherWireType() throws {
        let bytes = WireBytes.make {
            $0.message(178) { $0.number(1, 1) }
            $0.text(163, "no number")
            $0.message(178) { $0.text(3, "merged") }
        }
        let message = try Everything(serialized: bytes)
        #expect(message.choiceNested.number == 1 && message.choiceNested.text == "merged")
    }
}
