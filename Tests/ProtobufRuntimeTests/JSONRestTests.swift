import GeneratedTestMessages
import ProtobufRuntime
import Testing

/// The dialect of the REST surface, rule by rule.
@Suite struct JSONRestTests {
    private func text(_ message: some ProtobufMessage) -> String {
        String(decoding: message.json(dialect: .rest), as: UTF8.self)
    }

    private func read<Message: ProtobufMessage>(
        _ json: String, as type: Message.Type = EchoRequest.self
    ) throws(ProtobufError) -> Message {
        try Message(json: Array(json.utf8), dialect: .rest)
    }

    @Test func fieldsWithoutPresenceAreAlwaysThere() {
        #expect(text(EchoRequest()) == #"{"name":"","number":0,"tags":[],"color":"COLOR_UNSPECIFIED"}"#)
        #expect(text(Tree()) == #"{"number":0,"children":[]}"#)
    }

    @Test func absentOptionalsAreLeftOutAndSetOnesAreNot() {
        #expect(text(Other()) == #"{"number":0}"#)
        #expect(text(Other.with { $0.text = "" }) == #"{"number":0,"text":""}"#)
    }

    @Test func namesAreThoseOfTheProtoAndBothAreRead() throws {
        let message = try read(#"{"optional_int32":1,"optionalInt64":2}"#, as: Everything.self)
        #expect(message.optionalInt32 == 1)
        #expect(message.optionalInt64 == 2)
        #expect(text(message).contains(#""optional_int32":1,"optional_int64":2"#))
    }

    @Test(
        arguments: [
            (0, "0"), (-1, "-1"), (1 << 53, "9007199254740992"), (-1 << 53, "-9007199254740992"),
            (1 << 53 + 1, "\"9007199254740993\""), (-(1 << 53) - 1, "\"-9007199254740993\""),
            (.max, "\"9223372036854775807\""),
            (.min, "\"-9223372036854775808\""),
        ] as [(Int64, String)])
    func largeIntegersAreNumbersWhileADoubleHoldsThem(value: Int64, written: String) throws {
        let message = EchoRequest.with { $0.number = value }
        #expect(text(message).contains("\"number\":\(written),"))
        #expect(try read(text(message)) == message)
        #expect(try read("{\"number\":\(value)}").number == value)
        #expect(try read("{\"number\":\"\(value)\"}").number == value)
    }

    @Test func unsignedIntegersFollowTheSameRule() throws {
        let message = try read(
            #"{"uint64_value":9007199254740992,"fixed64_value":"18446744073709551615"}"#, as: Everything.self)
        #expect(text(message).contains(#""uint64_value":9007199254740992,"#))
        #expect(text(message).contains(#""fixed64_value":"18446744073709551615","#))
    }

    @Test func enumsAreByTheirRestNames() throws {
        #expect(text(EchoResponse.with { $0.mood = .glad }).contains(#""mood":"glad""#))
        #expect(text(EchoResponse.with { $0.mood = .other }).contains(#""mood":"MOOD_OTHER""#))
        #expect(text(EchoResponse.with { $0.mood = .unrecognized(9) }).contains(#""mood":9"#))
        #expect(try read(#"{"mood":"sad"}"#, as: EchoResponse.self).mood == .sad)
        #expect(try read(#"{"mood":"MOOD_SAD"}"#, as: EchoResponse.self).mood == .sad)
    }

    @Test(arguments: [
        #"{"mood":"Glad"}"#, #"{"mood":" glad"}"#, #"{"mood":""}"#, #"{"mood":1}"#, #"{"mood":true}"#,
        #"{"mood":["glad"]}"#,
    ])
    func otherEnumValuesAreRefused(json: String) throws {
        let error = try #require(throws: ProtobufError.self) { try read(json, as: EchoResponse.self) }
        #expect(error.field == "mood")
    }

    @Test func nullMeansAbsent() throws {
        let json = #"{"name":null,"number":null,"tags":null,"color":null,"metadata":null,"other":null}"#
        #expect(try read(json) == EchoRequest())
    }

    @Test func unknownMembersAreIgnoredButHaveToBeJSON() throws {
        #expect(try read(#"{"id":"x","deep":[1,{"a":null}],"name":"n","":0,"id":2}"#).name == "n")
        #expect(try read(#"{"other":{"unknown":true,"number":3}}"#).other.number == 3)
        #expect(throws: ProtobufError.self) { try read(#"{"id":[1,}"#) }
        #expect(throws: ProtobufError.self) { try read(#"{"id":"\ud800"}"#) }
    }

    @Test(arguments: [
        #"{"a":1.50,"b":[1e2, 2],"é":"\u00e9"}"#, "{ }", "[]", "\"text\"", "12345678901234567890.000", "true",
        "{\n\t\"a\" : {}\r\n}",
    ])
    func rawJSONIsKeptByteForByte(json: String) throws {
        let message = try read("{\"metadata\": \(json) ,\"name\":\"n\"}")
        #expect(message.metadata == json)
        #expect(text(message).hasSuffix(",\"metadata\":\(json)}"))
        #expect(try read(text(message)) == message)
        // In the other dialect it is the string that it is in the proto.
        #expect(try EchoRequest(json: message.json()) == message)
    }

    @Test(arguments: [
        (#"{"metadata":{"a":}}"#, 17), (#"{"metadata":{a:1}}"#, 13), (#"{"metadata":[1,]}"#, 15),
        (#"{"metadata":"\udc00"}"#, 13), (#"{"metadata":}"#, 12),
    ])
    func rawJSONIsChecked(json: String, offset: Int) throws {
        let error = try #require(throws: ProtobufError.self) { try read(json) }
        #expect(error.field == "metadata")
        #expect(error.offset == offset)
    }

    @Test func membersCanStandBeforeThoseOfAMessage() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("status")
        writer.string("success")
        Other.with { $0.number = 5 }.writeJSONMembers(to: &writer, dialect: .rest)
        writer.endObject()
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"status":"success","number":5}"#)
    }

    @Test func everythingReadsBack() throws {
        let message = try Everything(json: Array(everythingJSON.utf8))
        #expect(try read(text(message), as: Everything.self) == message)
        #expect(try Everything(json: message.json()) == message)
        #expect(try Everything(serialized: message.serialized()) == message)
    }
}

/// A value other than the default in every kind of field.
let everythingJSON = #"""
    {"doubleValue":0.1,"floatValue":0.1,"int32Value":-1,"int64Value":"-2","uint32Value":3,"uint64Value":"4","sint32Value":-5,
    "sint64Value":"-6","fixed32Value":7,"fixed64Value":"8","sfixed32Value":-9,"sfixed64Value":"-10","boolValue":true,
    "stringValue":"é\u0000😀","bytesValue":"AP8=","shadeValue":"UNDER","colorValue":"COLOR_GREATEST","aliasValue":"MOO",
    "nestedValue":{"number":1,"text":"x","everything":{"int32Value":1}},"otherValue":{"text":""},"itself":{},
    "optionalDouble":0,"optionalFloat":0,"optionalInt32":0,"optionalInt64":0,"optionalUint32":0,"optionalUint64":0,
    "optionalSint32":0,"optionalSint64":0,"optionalFixed32":0,"optionalFixed64":0,"optionalSfixed32":0,"optionalSfixed64":0,
    "optionalBool":false,"optionalString":"","optionalBytes":"","optionalShade":"LIGHT","optionalColor":0,"optionalNested":{},
    "repeatedDouble":[1,2.5],"repeatedFloat":[1,2.5],"repeatedInt32":[1,-2],"repeatedInt64":[1,-2],"repeatedUint32":[1,2],
    "repeatedUint64":[1,2],"repeatedSint32":[1,-2],"repeatedSint64":[1,-2],"repeatedFixed32":[1,2],"repeatedFixed64":[1,2],
    "repeatedSfixed32":[1,-2],"repeatedSfixed64":[1,-2],"repeatedBool":[true,false],"repeatedString":["a","","b"],
    "repeatedBytes":["AA==","",""],"repeatedShade":["DARK","LIGHT"],"repeatedColor":["COLOR_RED"],"repeatedNested":[{},{"number":1}],
    "repeatedOther":[{"number":1}],"repeatedEverything":[{},{"int32Value":1}],"unpackedInt32":[1,2],"unpackedDouble":[1.5],
    "mapInt32Int32":{"1":-2,"2":3},"mapInt64Int64":{"-1":2},"mapUint32Uint32":{"1":2},"mapUint64Uint64":{"1":2},"mapSint32Sint32":{"1":2},
    "mapSint64Sint64":{"1":2},"mapFixed32Fixed32":{"1":2},"mapFixed64Fixed64":{"1":2},"mapSfixed32Sfixed32":{"1":2},
    "mapSfixed64Sfixed64":{"1":2},"mapInt32Float":{"1":0.5},"mapInt32Double":{"1":0.5},"mapBoolBool":{"true":true,"false":true},
    "mapStringString":{"a":"b","":"c"},"mapStringBytes":{"a":"AA=="},"mapStringNested":{"a":{"number":1}},"mapStringOther":{"a":{}},
    "mapStringShade":{"a":"DARK"},"mapStringColor":{"a":"COLOR_RED"},"mapStringEverything":{"a":{"int32Value":1}},
    "mapStringTimestamp":{"a":"2026-01-31T12:00:00.5Z"},"mapStringValue":{"a":null,"b":[1,"x"]},"choiceEverything":{"choiceNull":null},
    "timestamp":"2026-01-31T12:00:00.123456789Z","duration":"-1.5s","fieldMask":"a.bC,d","struct":{"a":{"b":[null,true,"x",1.5]}},
    "value":[{"x":{}}],"listValue":[1,[2]],"any":{"@type":"type.example/x","value":"AQI="},"empty":{},
    "wrappedDouble":0,"wrappedFloat":1.5,"wrappedInt32":0,"wrappedInt64":"9223372036854775807","wrappedUint32":1,"wrappedUint64":"1",
    "wrappedBool":false,"wrappedString":"","wrappedBytes":"AA==","optionalTimestamp":"1970-01-01T00:00:00Z","optionalValue":null,
    "repeatedTimestamp":["1970-01-01T00:00:01Z"],"repeatedDuration":["0s"],"repeatedFieldMask":["","a"],"repeatedStruct":[{}],
    "repeatedValue":[null,1,"x"],"repeatedListValue":[[],[null]],"repeatedAny":[{}],"repeatedEmpty":[{}],"repeatedWrappedDouble":[1],
    "repeatedWrappedFloat":[1],"repeatedWrappedInt32":[1],"repeatedWrappedInt64":[1],"repeatedWrappedUint32":[1],
    "repeatedWrappedUint64":[1],"repeatedWrappedBool":[true],"repeatedWrappedString":["x"],"repeatedWrappedBytes":["AA=="],
    "largestNumber":1}
    """#
