import GeneratedRPC
import GeneratedTestMessages
import ProtobufRuntime
import Testing

/// The types that the JSON mapping writes in a way of their own.
@Suite struct JSONWellKnownTests {
    private func text(_ message: some ProtobufMessage, _ dialect: JSONDialect = .standard) -> String {
        String(decoding: message.json(dialect: dialect), as: UTF8.self)
    }

    private func read(_ json: String, _ dialect: JSONDialect = .standard) throws(ProtobufError) -> Everything {
        try Everything(json: Array(json.utf8), dialect: dialect)
    }

    @Test(arguments: [
        #"{"timestamp":"2026-01-31T12:00:00.123456Z"}"#, #"{"timestamp":"0001-01-01T00:00:00Z"}"#,
        #"{"duration":"-0.500s"}"#,
        #"{"duration":"315576000000s"}"#, #"{"fieldMask":"user.displayName,photo"}"#, #"{"fieldMask":""}"#,
        #"{"struct":{}}"#,
        #"{"struct":{"a":{"b":[null,true,"x",1.5,{},[]]}}}"#, #"{"value":null}"#, #"{"value":1.0}"#, #"{"value":"x"}"#,
        #"{"value":false}"#,
        #"{"value":{"a":null}}"#, #"{"value":[]}"#, #"{"listValue":[]}"#, #"{"listValue":[null,[{}]]}"#, #"{"any":{}}"#,
        #"{"any":{"@type":"type.googleapis.com/x.Y","value":"AQI="}}"#, #"{"empty":{}}"#, #"{"wrappedDouble":0.0}"#,
        #"{"wrappedFloat":1.5}"#,
        #"{"wrappedInt32":0}"#, #"{"wrappedInt64":"5"}"#, #"{"wrappedUint32":0}"#, #"{"wrappedUint64":"0"}"#,
        #"{"wrappedBool":false}"#,
        #"{"wrappedString":""}"#, #"{"wrappedBytes":""}"#, #"{"optionalValue":null}"#,
        #"{"repeatedValue":[null,1.0,"x"]}"#,
        #"{"mapStringValue":{"a":null}}"#, #"{"repeatedWrappedBool":[false,true]}"#,
        #"{"choiceTimestamp":"1970-01-01T00:00:00Z"}"#,
    ])
    func readsWhatItWrites(json: String) throws {
        #expect(text(try read(json)) == json)
    }

    @Test(arguments: [
        #"{"timestamp":null}"#, #"{"wrappedInt32":null}"#, #"{"struct":null}"#, #"{"listValue":null}"#,
        #"{"nullValue":null}"#, #"{"any":null}"#,
        #"{"nullValue":"NULL_VALUE"}"#, #"{"nullValue":0}"#,
    ])
    func nullIsAbsentWhereItIsNoValue(json: String) throws {
        #expect(try read(json) == Everything())
    }

    @Test(arguments: [
        (#"{"timestamp":"yesterday"}"#, "timestamp"), (#"{"timestamp":5}"#, "timestamp"),
        (#"{"timestamp":{"seconds":1}}"#, "timestamp"),
        (#"{"duration":"1"}"#, "duration"), (#"{"duration":1}"#, "duration"), (#"{"fieldMask":"a_b"}"#, "field_mask"),
        (#"{"fieldMask":"a,,b"}"#, "field_mask"), (#"{"fieldMask":["a"]}"#, "field_mask"),
        (#"{"struct":[]}"#, "struct"), (#"{"struct":{"a":1,"a":2}}"#, "struct"),
        (#"{"listValue":{}}"#, "list_value"), (#"{"listValue":[1,[1,]]}"#, "list_value[1][1]"),
        (#"{"any":{"@type":1}}"#, "any.type_url"), (#"{"any":{"x":1}}"#, "any"),
        (#"{"any":{"value":"","value":""}}"#, "any"),
        (#"{"empty":{"a":1}}"#, "empty"), (#"{"empty":[]}"#, "empty"),
        (#"{"wrappedInt32":{"value":1}}"#, "wrapped_int32"), (#"{"wrappedInt32":"x"}"#, "wrapped_int32"),
        (#"{"wrappedBool":"true"}"#, "wrapped_bool"),
        (#"{"repeatedTimestamp":["1970-01-01T00:00:00Z",null]}"#, "repeated_timestamp[1]"),
        (#"{"value":1e999}"#, "value"),
    ])
    func refusesAndNamesTheField(json: String, field: String) throws {
        let error = try #require(throws: ProtobufError.self) { try read(json) }
        #expect(error.field?.hasPrefix(field) == true)
    }

    @Test func restTakesPathsOfAFieldMaskAsTheProtoHasThem() throws {
        let message = try read(#"{"field_mask":"user.display_name,photoSize"}"#, .rest)
        #expect(Array(message.fieldMask.paths) == ["user.display_name", "photo_size"])
        #expect(text(message.fieldMask, .rest) == "\"user.display_name,photo_size\"")
        #expect(text(message.fieldMask) == "\"user.displayName,photoSize\"")
    }

    @Test func restWritesWrappedIntegersAsNumbersToo() throws {
        #expect(text(try read(#"{"wrapped_int64":"5"}"#, .rest).wrappedInt64, .rest) == "5")
    }

    @Test func whatJSONCannotSayComesOutAsNull() {
        #expect(text(Value()) == "null")
        #expect(text(Value.with { $0.numberValue = .nan }) == "null")
        #expect(text(Timestamp.with { $0.seconds = .max }) == "\"9999-12-31T23:59:59Z\"")
    }

    @Test func aWellKnownTypeCanBeTheWholeText() throws {
        #expect(try Timestamp(json: Array("\"1970-01-01T00:00:01.5Z\"".utf8)).nanos == 500_000_000)
        #expect(try Int64Value(json: Array(" \"7\" ".utf8)).value == 7)
        #expect(try Value(json: Array("null".utf8)).hasNullValue)
        #expect(throws: ProtobufError.self) { try Empty(json: Array("{\"a\":1}".utf8)) }
    }
}
