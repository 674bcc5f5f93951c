import GeneratedTestMessages
import ProtobufRuntime
import Testing

/// Fields from the path and the query of a URL.
@Suite struct JSONTextFieldTests {
    private func set(_ path: String, _ values: String...) throws(ProtobufError) -> Everything {
        var message = Everything()
        let isKnown = try message.storage.setText(values, forField: path)
        return isKnown ? message : Everything.with { $0.stringValue = "unknown" }
    }

    @Test(arguments: [
        ("string_value", "a\"b\\ ü", #"{"stringValue":"a\"b\\ ü"}"#), ("stringValue", "", "{}"),
        ("int32_value", "-5", #"{"int32Value":-5}"#),
        ("int64_value", "9223372036854775807", #"{"int64Value":"9223372036854775807"}"#),
        ("bool_value", "true", #"{"boolValue":true}"#),
        ("bool_value", "false", "{}"), ("optional_bool", "false", #"{"optionalBool":false}"#),
        ("double_value", "1.5", #"{"doubleValue":1.5}"#),
        ("optional_int32", "0", #"{"optionalInt32":0}"#), ("shade_value", "DARK", #"{"shadeValue":"DARK"}"#),
        ("bytes_value", "AA==", #"{"bytesValue":"AA=="}"#),
        ("choice_int32", "7", #"{"choiceInt32":7}"#),
        ("timestamp", "1970-01-01T00:00:01Z", #"{"timestamp":"1970-01-01T00:00:01Z"}"#),
        ("wrapped_bool", "true", #"{"wrappedBool":true}"#),
        ("nested_value.number", "3", #"{"nestedValue":{"number":3}}"#),
        ("itself.itself.int32_value", "3", #"{"itself":{"itself":{"int32Value":3}}}"#),
        ("repeated_int32", "3", #"{"repeatedInt32":[3]}"#),
        ("fieldMask", "a,b", #"{"fieldMask":"a,b"}"#),
    ])
    func textBecomesAValueOfTheFieldsType(path: String, text: String, json: String) throws {
        #expect(String(decoding: try set(path, text).json(), as: UTF8.self) == json)
    }

    @Test func aRepeatedFieldTakesAllValues() throws {
        #expect(Array(try set("repeated_string", "a", "b", "a").repeatedString) == ["a", "b", "a"])
        #expect(Array(try set("repeated_bool", "true", "false").repeatedBool) == [true, false])
    }

    @Test(arguments: [
        ("int32_value", "x"), ("int32_value", ""), ("int32_value", "1.5"), ("int32_value", "99999999999"),
        ("bool_value", "yes"), ("bool_value", "True"),
        ("bool_value", "1"), ("shade_value", "dark"), ("double_value", "x"), ("timestamp", "x"), ("nested_value", "{}"),
        ("nested_value", "x"),
        ("map_string_string", "x"), ("repeated_nested", "x"), ("bytes_value", "!"), ("struct", "x"),
    ])
    func otherTextIsAnErrorThatNamesTheField(path: String, text: String) throws {
        let error = try #require(throws: ProtobufError.self) { try set(path, text) }
        #expect(error.field?.hasPrefix(path) == true)
        #expect(error.offset == nil)
    }

    @Test func aSingularFieldTakesOneValue() throws {
        let error = try #require(throws: ProtobufError.self) { try set("int32_value", "1", "1") }
        #expect(error.field == "int32_value")
        let nested = try #require(throws: ProtobufError.self) { try set("nested_value.number", "1", "x") }
        #expect(nested.field == "nested_value.number")
    }

    @Test(arguments: [
        "", ".", "x", "int32_value.x", "repeated_nested.number", "nested_value.x", "nested_value.", "INT32_VALUE",
    ])
    func unknownNamesAreSaidToBeUnknown(path: String) throws {
        #expect(try set(path, "1").stringValue == "unknown")
    }

    @Test func oneMemberOfAOneofTakesTheOthersPlace() throws {
        var message = Everything.with { $0.choiceString = "x" }
        let copy = message
        #expect(try message.storage.setText(["5"], forField: "choice_int32"))
        #expect(message.choiceInt32 == 5)
        #expect(!message.hasChoiceString)
        #expect(copy.choiceString == "x")
    }
}

/// A text that is one field's value, as a request's body may be.
@Suite struct JSONAsFieldTests {
    private func read(_ json: String, _ field: String) throws(ProtobufError) -> Everything {
        try Everything(json: Array(json.utf8).span.bytes, asField: field, dialect: .rest)
    }

    @Test func theTextIsTheFieldsValue() throws {
        #expect(try read(#"{"number":1}"#, "nested_value") == Everything.with { $0.nestedValue.number = 1 })
        #expect(try read(" [1,2] ", "repeatedInt32").repeatedInt32 == [1, 2])
        #expect(try read(#""x""#, "choice_string").choiceString == "x")
        #expect(try read("null", "nested_value") == Everything())
    }

    @Test(arguments: [#"{"number":1},"int32_value":2"#, #"{"number":1}}"#, "", #"{"number":"x"}"#, #"{"number":1} 2"#])
    func nothingElseIsRead(json: String) {
        #expect(throws: ProtobufError.self) { try read(json, "nested_value") }
    }

    @Test func anUnknownFieldIsAnError() throws {
        let error = try #require(throws: ProtobufError.self) { try read("{}", "nothing") }
        #expect(error.code == .unknownField)
    }
}
