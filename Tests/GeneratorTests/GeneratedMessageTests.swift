import GeneratedRPC
import GeneratedTestMessages
import ProtobufRuntime
import Testing

/// Generated messages as their users see them.
@Suite struct GeneratedMessageTests {
    @Test func `fields read as they were set, and as their defaults before`() {
        var message = Everything()
        #expect(message.int64Value == 0 && message.stringValue == "" && message.bytesValue == [] && !message.boolValue)
        message.doubleValue = 1.5
        message.floatValue = -2.5
        message.int32Value = -1
        message.int64Value = .min
        message.uint32Value = .max
        message.uint64Value = .max
        message.sint32Value = .min
        message.sint64Value = -7
        message.fixed32Value = 8
        message.fixed64Value = 9
        message.sfixed32Value = -10
        message.sfixed64Value = -11
        message.boolValue = true
        message.stringValue = "grüß\0dich"
        message.bytesValue = [0, 255]
        #expect(message.doubleValue == 1.5 && message.floatValue == -2.5)
        #expect(message.int32Value == -1 && message.int64Value == .min)
        #expect(message.uint32Value == .max && message.uint64Value == .max)
        #expect(message.sint32Value == .min && message.sint64Value == -7)
        #expect(message.fixed32Value == 8 && message.fixed64Value == 9)
        #expect(message.sfixed32Value == -10 && message.sfixed64Value == -11)
        #expect(message.boolValue && message.stringValue == "grüß\0dich" && message.bytesValue == [0, 255])
        #expect(message.stringValueUTF8.count == 11 && message.bytesValueBytes.elementsEqual([0, 255]))
    }

    @Test func `optional fields tell set from unset`() {
        var message = Everything()
        #expect(!message.hasOptionalInt32 && !message.hasOptionalString && !message.hasOptionalTimestamp)
        message.optionalInt32 = 0
        message.optionalString = ""
        message.optionalTimestamp = Timestamp()
        #expect(message.hasOptionalInt32 && message.hasOptionalString && message.hasOptionalTimestamp)
        message.clearOptionalInt32()
        message.clearOptionalString()
        message.clearOptionalTimestamp()
        #expect(!message.hasOptionalInt32 && !message.hasOptionalString && !message.hasOptionalTimestamp)
        #expect(message == Everything())
    }

    @Test func `messages are values`() {
        var message = Everything.with { $0.nestedValue.everything.nestedValue.text = "deep" }
        let before = message
        message.nestedValue.everything.nestedValue.text = "changed"
        message.repeatedNested.append(.with { $0.number = 3 })
        message.repeatedNested[0].number += 1
        message.mapStringNested["key", default: Everything.Nested()].number = 5
        #expect(before.nestedValue.everything.nestedValue.text == "deep")
        #expect(before.repeatedNested.isEmpty)
        #expect(message.nestedValue.everything.nestedValue.text == "changed")
        #expect(message.repeatedNested.map(\.number) == [4])
        #expect(message.mapStringNested["key"]?.number == 5)
        #expect(message.hasNestedValue && !message.hasOtherValue)
    }

    @Test func `a oneof holds one member`() {
        var message = Everything()
        #expect(message.choice == nil)
        message.choiceInt32 = 0
        #expect(message.choice == .choiceInt32(0) && message.hasChoiceInt32)
        message.choice = .choiceString("text")
        #expect(message.choiceString == "text" && !message.hasChoiceInt32 && message.choiceInt32 == 0)
        message.choice = .choiceNested(.with { $0.number = 4 })
        #expect(message.choice == .choiceNested(.with { $0.number = 4 }))
        message.choiceNested.number = 5
        #expect(message.choiceNested.number == 5 && !message.hasChoiceString)
        message.choice = nil
        #expect(message.choice == nil && message == Everything())
    }

    @Test func `enums keep numbers without a name, and aliases are the same value`() {
        var message = Everything()
        message.colorValue = Color(rawValue: 77)
        #expect(message.colorValue == .unrecognized(77) && message.colorValue.rawValue == 77)
        #expect(Color(rawValue: -1) == .negative && Color(rawValue: .min) == .smallest)
        #expect(Color.unrecognized(1) == .red)
        #expect(Alias.moo == .aliasBaz && Alias.bAz == Alias(rawValue: 2))
        #expect(Version.version1.rawValue == 1)
    }

    @Test func `names that mean something else have others, by the documented rule`() {
        var message = Keywords()
        message.selfField = 1
        message.initField = 2
        message.default = 3
        message.storageField = 4
        message.is = .noneValue(5)
        message.string = .with { $0.string = "six" }
        message.type = ProtoType.with { $0.value = 7 }
        #expect(message.selfField == 1 && message.initField == 2 && message.default == 3)
        #expect(message.storageField == 4 && message.none == 5 && message.string.string == "six")
        #expect(message.type.value == 7)
        #expect(ProtoOptional.noneValue.rawValue == 0 && ProtoOptional.default.rawValue == 4)
        #expect(Clashes.with { $0.hasFoo_3 = 1 }.hasFoo == false)
    }

    @Test func `messages without a package may have the runtime's names`() throws {
        let message = ProtoMessageStorage.with {
            $0.storageField["key"] = .with { $0.text = "value" }
            $0.repeatedField.storageField = .withField(3)
            $0.repeatedField.fields.append(.with { $0.schemaField = true })
        }
        #expect(message.storageField["key"]?.text == "value")
        #expect(message.repeatedField.withField == 3 && message.repeatedField.fields[0].schemaField)
        #expect(try ProtoMessageStorage(serialized: message.serialized()) == message)
        #expect(LowerCase.rawValueValue.rawValue == 1)
        #expect(ProtoMessageStorage.ProtoMapField.schema.fields[0].jsonName == #"a"b\c$"#)
    }

    @Test func `schemas name what the proto files say`() throws {
        let schema = Everything.schema
        #expect(schema.fullName == "chatrpc.test.Everything")
        #expect(schema.fields.map(\.number) == schema.fields.map(\.number).sorted())
        #expect(schema.oneofs.map(\.name) == ["choice"])
        let renamed = try #require(schema.fields.first { $0.name == "renamed" })
        #expect(renamed.jsonName == "@type name")
        #expect(schema.fields.first { $0.name == "unpacked_int32" }?.packed == false)
        #expect(schema.fields.first { $0.name == "repeated_int32" }?.packed == true)
        #expect(schema.fields.first { $0.name == "map_int32_int32" }?.label == .map)
        #expect(schema.fields.first { $0.name == "choice_bool" }?.label == .oneof(0))
        #expect(EchoRequest.schema.fields.first { $0.name == "metadata" }?.rawJSON == true)
        #expect(Mood.schema.values.map(\.rest) == [nil, "glad", "sad", nil])
    }
}
