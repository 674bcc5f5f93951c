import GeneratedTestMessages
import ProtobufRuntime
import Testing

/// Fields of every type and label read as they were set.
@Suite struct FieldAccessTests {
    @Test func numbersAtTheirEdges() {
        let message = Everything.with {
            $0.doubleValue = -.greatestFiniteMagnitude
            $0.floatValue = .leastNonzeroMagnitude
            $0.int32Value = .min
            $0.int64Value = .min
            $0.uint32Value = .max
            $0.uint64Value = .max
            $0.sint32Value = .min
            $0.sfixed64Value = .max
            $0.boolValue = true
            $0.colorValue = .unrecognized(1234)
        }
        #expect(message.doubleValue == -.greatestFiniteMagnitude)
        #expect(message.floatValue == .leastNonzeroMagnitude)
        #expect(message.int32Value == .min && message.int64Value == .min)
        #expect(message.uint32Value == .max && message.uint64Value == .max)
        #expect(message.sint32Value == .min && message.sfixed64Value == .max)
        #expect(message.boolValue)
        #expect(message.colorValue == .unrecognized(1234))
    }

    @Test func textKeepsNULAndItsLength() {
        var message = Everything()
        for text in ["", "a", "a\u{0}b", String(repeating: "long ", count: 10_000), "", "é漢😀"] {
            message.stringValue = text
            #expect(message.stringValue == text)
            #expect(message.stringValueUTF8.elementsEqual(text.utf8))
            message.bytesValue = Array(text.utf8)
            #expect(message.bytesValue == Array(text.utf8))
        }
    }

    @Test func bytesPassBetweenMessagesWithoutAString() {
        let source = Everything.with { $0.stringValue = "passed on" }
        var target = Everything()
        target.setStringValue(utf8: Array("from a row".utf8).span.bytes)
        #expect(target.stringValue == "from a row")
        target.stringValueUTF8 = source.stringValueUTF8
        #expect(target.stringValue == "passed on")
        target.stringValueUTF8 = target.stringValueUTF8
        #expect(target.stringValue == "passed on")
    }

    @Test func bytesThatAreNotTextAreRepairedInAStringField() {
        var message = Everything()
        message.stringValueUTF8 = FieldBytes([0x61, 0xFF, 0x62])
        #expect(message.stringValue == "a\u{FFFD}b")
        #expect(message.stringValueUTF8.isUTF8)
    }

    @Test func optionalFieldsKnowWhetherTheyAreSet() {
        var message = Everything()
        #expect(!message.hasOptionalInt32 && !message.hasOptionalString && !message.hasOptionalNested)
        message.optionalInt32 = 0
        message.optionalString = ""
        message.optionalNested = .init()
        #expect(message.hasOptionalInt32 && message.hasOptionalString && message.hasOptionalNested)
        #expect(message.optionalInt32 == 0 && message.optionalString == "")
        message.clearOptionalInt32()
        message.clearOptionalString()
        message.clearOptionalNested()
        #expect(!message.hasOptionalInt32 && !message.hasOptionalString && !message.hasOptionalNested)
        #expect(message == Everything())
    }

    @Test func aOneofHoldsOneMember() {
        var message = Everything()
        #expect(message.choice == nil)
        message.choiceInt64 = -1
        #expect(message.choice == .choiceInt64(-1))
        #expect(message.choiceUint32 == 0 && message.choiceString == "")
        message.choiceBool = true
        #expect(message.choice == .choiceBool(true) && message.choiceInt64 == 0)
        message.choiceString = "text"
        message.clearChoiceBool()
        #expect(message.choice == .choiceString("text"))
        message.choiceNested.number = 4
        #expect(message.choiceNested.number == 4 && message.choiceNested.text == "")
        message.choice = .choiceBytes([1, 2])
        #expect(message.choiceBytes == [1, 2])
        message.choice = nil
        #expect(message.choice == nil && message == Everything())
    }

    @Test func readingAnUnsetMessageSetsNothing() {
        let message = Everything()
        #expect(message.nestedValue.everything.nestedValue.text == "")
        #expect(!message.hasNestedValue)
        #expect(message.serialized() == [])
    }

    @Test func setMessagesCanBeUnset() {
        var message = Everything.with { $0.nestedValue.number = 1 }
        #expect(message.hasNestedValue)
        message.clearNestedValue()
        #expect(!message.hasNestedValue && message == Everything())
    }

    @Test func aValueSetAgainAndAgainTakesNoMoreMemoryThanItsGrowth() {
        var message = Everything()
        var expected = ""
        for round in 0..<2_000 {
            expected += "\(round),"
            message.stringValue += "\(round),"
        }
        #expect(message.stringValue == expected)
    }
}
