import GeneratedTestMessages
import ProtobufRuntime
import Testing

/// The JSON mapping of proto3 ("ProtoJSON Format" at protobuf.dev), rule by rule.
@Suite struct JSONStandardTests {
    private func text(_ message: some ProtobufMessage) -> String {
        String(decoding: message.json(), as: UTF8.self)
    }

    private func read(_ json: String) throws(ProtobufError) -> Everything {
        try Everything(json: Array(json.utf8))
    }

    /// What is written is what was read.
    @Test(arguments: [
        "{}", #"{"doubleValue":1.5,"floatValue":-0.25}"#, #"{"doubleValue":-0.0}"#,
        #"{"doubleValue":"NaN","floatValue":"-Infinity"}"#,
        #"{"int32Value":-2147483648,"int64Value":"-9223372036854775808","uint32Value":4294967295}"#,
        #"{"uint64Value":"18446744073709551615","sint32Value":2147483647,"sint64Value":"-1"}"#,
        #"{"fixed32Value":1,"fixed64Value":"2","sfixed32Value":-3,"sfixed64Value":"-4"}"#, #"{"boolValue":true}"#,
        #"{"stringValue":"a\"\\\n\u0000é😀","bytesValue":"AP+A"}"#,
        #"{"shadeValue":"DARK","colorValue":"COLOR_NEGATIVE","aliasValue":"ALIAS_BAZ"}"#,
        #"{"colorValue":"COLOR_SMALLEST"}"#, #"{"colorValue":77}"#,
        #"{"nestedValue":{"number":7,"text":"x"},"otherValue":{}}"#,
        #"{"itself":{"itself":{"itself":{}}}}"#,
        #"{"optionalInt32":0,"optionalBool":false,"optionalString":"","optionalBytes":""}"#,
        #"{"optionalDouble":0.0,"optionalShade":"LIGHT","optionalNested":{}}"#,
        #"{"repeatedDouble":[1.0,-2.5,"Infinity"],"repeatedInt64":["1","-2"]}"#,
        #"{"repeatedBool":[true,false],"repeatedString":["","a"],"repeatedBytes":["","AA=="]}"#,
        #"{"repeatedShade":["LIGHT","DARK",9],"repeatedNested":[{},{"number":1}],"repeatedEverything":[{"repeatedEverything":[{}]}]}"#,
        #"{"unpackedInt32":[1,2,3],"unpackedShade":["UNDER"]}"#, #"{"mapInt32Int32":{"-1":2}}"#,
        #"{"mapUint64Uint64":{"18446744073709551615":"1"}}"#,
        #"{"mapBoolBool":{"true":false}}"#, #"{"mapStringString":{"a\n":"b"}}"#, #"{"mapStringBytes":{"":"AQI="}}"#,
        #"{"mapStringNested":{"a":{}}}"#,
        #"{"mapStringShade":{"a":"DARK"}}"#, #"{"mapStringEverything":{"a":{"mapInt32Float":{"1":0.5}}}}"#,
        #"{"choiceInt32":0}"#, #"{"choiceString":""}"#, #"{"choiceNested":{}}"#, #"{"choiceNull":null}"#,
        #"{"choiceUint64":"5"}"#,
        #"{"fieldname1":1,"fieldName2":2,"FieldName3":3,"fieldName4":4,"field0name5":5,"field0Name6":6,"fieldName7":7,"FieldName8":8}"#,
        #"{"@type name":1,"largestNumber":2}"#,
    ])
    func readsWhatItWrites(json: String) throws {
        #expect(text(try read(json)) == json)
    }

    @Test(arguments: [
        (#"{"int32_value":1,"string_value":"x"}"#, #"{"int32Value":1,"stringValue":"x"}"#),
        (
            #"{"int32Value":"1","int64Value":1,"uint64Value":18446744073709551615}"#,
            #"{"int32Value":1,"int64Value":"1","uint64Value":"18446744073709551615"}"#
        ),
        (
            #"{"int32Value":1e3,"int64Value":5.0,"sint64Value":"1.5e1"}"#,
            #"{"int32Value":1000,"int64Value":"5","sint64Value":"15"}"#
        ),
        (#"{"int64Value":9007199254740993}"#, #"{"int64Value":"9007199254740993"}"#),
        (
            #"{"doubleValue":"1.5","floatValue":1e-3,"optionalDouble":"NaN"}"#,
            #"{"doubleValue":1.5,"floatValue":0.001,"optionalDouble":"NaN"}"#
        ),
        (#"{"bytesValue":"-_8"}"#, #"{"bytesValue":"+/8="}"#),
        (#"{"shadeValue":1,"colorValue":-1.0}"#, #"{"shadeValue":"DARK","colorValue":"COLOR_NEGATIVE"}"#),
        (#"{"aliasValue":"moo"}"#, #"{"aliasValue":"ALIAS_BAZ"}"#),
        (#"{"int32Value":null,"optionalInt32":null,"nestedValue":null}"#, "{}"),
        (#"{"repeatedInt32":null,"mapStringString":null,"choiceInt32":null}"#, "{}"),
        (#"{"repeatedInt32":[],"mapStringString":{}}"#, "{}"),
        (#"{"choiceInt32":null,"choiceString":"x"}"#, #"{"choiceString":"x"}"#),
        (#"{"int32Value":0,"boolValue":false,"stringValue":"","shadeValue":"LIGHT"}"#, "{}"),
        (#" { "itself" : { } , "repeatedInt32" : [ 1 , 2 ] } "#, #"{"itself":{},"repeatedInt32":[1,2]}"#),
        (#"{"largestNumber":1,"int32Value":2}"#, #"{"int32Value":2,"largestNumber":1}"#),
        (#"{"mapInt32Int32":{"1e1":2}}"#, #"{"mapInt32Int32":{"10":2}}"#),
        (#"{"choiceNull":"NULL_VALUE"}"#, #"{"choiceNull":null}"#), (#"{"\u0069nt32Value":4}"#, #"{"int32Value":4}"#),
    ])
    func readsOtherFormsOfTheSame(json: String, canonical: String) throws {
        #expect(text(try read(json)) == canonical)
    }

    @Test(
        arguments: [
            // The member as such
            (#"{"nothing":1}"#, ProtobufError.Code.unknownField, nil),
            (#"{"itself":{"nothing":1}}"#, .unknownField, "itself"),
            (#"{"int32Value":1,"int32Value":2}"#, .malformed, "int32_value"),
            (#"{"int32Value":1,"int32_value":2}"#, .malformed, "int32_value"),
            (#"{"int32Value":null,"int32Value":2}"#, .malformed, "int32_value"),
            (#"{"largestNumber":1,"largest_number":2}"#, .malformed, "largest_number"),
            (#"{"choiceInt32":1,"choiceString":"x"}"#, .malformed, "choice_string"),
            (#"{"choiceInt32":1,"choiceNull":null}"#, .malformed, "choice_null"),
            // Numbers
            (#"{"int32Value":2147483648}"#, .outOfRange, "int32_value"),
            (#"{"int32Value":1.5}"#, .wrongType, "int32_value"),
            (#"{"int32Value":true}"#, .wrongType, "int32_value"), (#"{"int32Value":""}"#, .wrongType, "int32_value"),
            (#"{"int32Value":" 1"}"#, .wrongType, "int32_value"), (#"{"int32Value":"0x1"}"#, .wrongType, "int32_value"),
            (#"{"int32Value":"NaN"}"#, .wrongType, "int32_value"), (#"{"int32Value":[1]}"#, .wrongType, "int32_value"),
            (#"{"uint32Value":-1}"#, .outOfRange, "uint32_value"),
            (#"{"int64Value":9223372036854775808}"#, .outOfRange, "int64_value"),
            (#"{"uint64Value":"18446744073709551616"}"#, .outOfRange, "uint64_value"),
            (#"{"fixed64Value":"-1"}"#, .outOfRange, "fixed64_value"),
            (#"{"doubleValue":1e309}"#, .outOfRange, "double_value"),
            (#"{"doubleValue":"1e309"}"#, .outOfRange, "double_value"),
            (#"{"doubleValue":"nan"}"#, .outOfRange, "double_value"),
            (#"{"doubleValue":true}"#, .wrongType, "double_value"),
            (#"{"floatValue":3.5e38}"#, .outOfRange, "float_value"),
            (#"{"doubleValue":NaN}"#, .malformed, "double_value"),
            // Other scalars
            (#"{"boolValue":"true"}"#, .wrongType, "bool_value"), (#"{"boolValue":1}"#, .wrongType, "bool_value"),
            (#"{"stringValue":5}"#, .wrongType, "string_value"), (#"{"stringValue":{}}"#, .wrongType, "string_value"),
            (#"{"bytesValue":"a"}"#, .malformed, "bytes_value"), (#"{"bytesValue":[1]}"#, .wrongType, "bytes_value"),
            (#"{"shadeValue":"dark"}"#, .unknownEnumName, "shade_value"),
            (#"{"shadeValue":true}"#, .wrongType, "shade_value"),
            (#"{"shadeValue":2147483648}"#, .outOfRange, "shade_value"),
            (#"{"shadeValue":1.5}"#, .wrongType, "shade_value"),
            // Messages, lists and maps
            (#"{"nestedValue":[]}"#, .wrongType, "nested_value"), (#"{"nestedValue":"x"}"#, .wrongType, "nested_value"),
            (#"{"nestedValue":{"text":1}}"#, .wrongType, "nested_value.text"),
            (#"{"repeatedInt32":1}"#, .wrongType, "repeated_int32"),
            (#"{"repeatedInt32":{}}"#, .wrongType, "repeated_int32"),
            (#"{"repeatedInt32":[1,null]}"#, .wrongType, "repeated_int32[1]"),
            (#"{"repeatedNested":[{},{"number":"x"}]}"#, .wrongType, "repeated_nested[1].number"),
            (
                #"{"repeatedEverything":[{"repeatedEverything":[{},{},{"repeatedInt32":[0,""]}]}]}"#, .wrongType,
                "repeated_everything[0].repeated_everything[2].repeated_int32[1]"
            ),
            (#"{"mapStringString":[]}"#, .wrongType, "map_string_string"),
            (#"{"mapStringString":{"a":null}}"#, .wrongType, "map_string_string"),
            (#"{"mapStringString":{"a":"1","\u0061":"2"}}"#, .malformed, "map_string_string"),
            (#"{"mapInt32Int32":{"1":1,"1.0":2}}"#, .malformed, "map_int32_int32"),
            (#"{"mapInt32Int32":{"x":1}}"#, .wrongType, "map_int32_int32"),
            (#"{"mapBoolBool":{"1":true}}"#, .wrongType, "map_bool_bool"),
            (#"{"mapStringNested":{"a":{"number":"x"}}}"#, .wrongType, "map_string_nested.number"),
            // The text as such
            ("[]", .wrongType, nil), ("null", .wrongType, nil), ("", .malformed, nil), ("{}{}", .malformed, nil),
            (#"{"int32Value":01}"#, .malformed, "int32_value"),
            (#"{"itself":{"int32Value":}}"#, .wrongType, "itself.int32_value"),
            (#"{"stringValue":"\ud800"}"#, .malformed, "string_value"),
        ] as [(String, ProtobufError.Code, String?)])
    func refusesAndNamesTheField(json: String, code: ProtobufError.Code, field: String?) throws {
        let error = try #require(throws: ProtobufError.self) { try read(json) }
        #expect(error.code == code)
        #expect(error.field == field)
        #expect(error.offset != nil)
    }

    @Test func theOffsetIsThatOfTheValue() throws {
        let json = #"{"repeatedNested":[{"number":1},{"text":  5}]}"#
        let error = try #require(throws: ProtobufError.self) { try read(json) }
        #expect(error.offset == json.utf8.count - 4)
        #expect(error.field == "repeated_nested[1].text")
    }

    @Test func aMapKeepsAllItsEntries() throws {
        let count = 1_000
        let json = "{\"mapInt32Int32\":{\((0..<count).map { "\"\($0)\":\($0 * 2)" }.joined(separator: ","))}}"
        let message = try read(json)
        #expect(message.mapInt32Int32.count == count)
        #expect(try Everything(json: message.json()) == message)
        #expect((0..<count).allSatisfy { message.mapInt32Int32[Int32($0)] == Int32($0 * 2) })
    }

    @Test func whatWasReadCanBeChangedAndWrittenInBinary() throws {
        var message = try read(#"{"repeatedInt32":[1,2,3],"nestedValue":{"number":7},"stringValue":"abc"}"#)
        let before = message
        message.repeatedInt32.append(4)
        message.nestedValue.text = "more"
        message.stringValue += "def"
        #expect(
            text(message)
                == #"{"stringValue":"abcdef","nestedValue":{"number":7,"text":"more"},"repeatedInt32":[1,2,3,4]}"#)
        #expect(text(before) == #"{"stringValue":"abc","nestedValue":{"number":7},"repeatedInt32":[1,2,3]}"#)
        #expect(try Everything(serialized: message.serialized()) == message)
    }
}
