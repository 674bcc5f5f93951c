import Testing

@testable import ChatRPCGenerator

@Suite struct NameTests {
    @Test(arguments: [
        ("agent_name", "agentName", "AgentName"), ("session_id", "sessionID", "SessionID"), ("id", "id", "ID"),
        ("message_ids", "messageIDs", "MessageIDs"), ("url", "url", "URL"), ("base_url", "baseURL", "BaseURL"),
        ("fieldName7", "fieldName7", "FieldName7"), ("FieldName8", "fieldName8", "FieldName8"),
        ("field_0_name6", "field0Name6", "Field0Name6"), ("__field_name13", "fieldName13", "FieldName13"),
        ("field_name17__", "fieldName17", "FieldName17"), ("NOT_SERVING", "notServing", "NotServing"),
        ("HTTPServer", "httpServer", "HTTPServer"), ("FIELD_name12", "fieldName12", "FIELDName12"),
        ("_1st", "_1st", "_1st"), ("x", "x", "X"),
    ])
    func `proto names become Swift names`(proto: String, lower: String, upper: String) {
        #expect(Identifier.lowerCamel(proto) == lower)
        #expect(Identifier.upperCamel(proto) == upper)
    }

    @Test(arguments: [
        ("Any", false, "ProtoAny"), ("Duration", false, "ProtoDuration"), ("Duration", true, "Duration"),
        ("Result", true, "Result"), ("Result", false, "ProtoResult"), ("Type", true, "ProtoType"),
        ("String", true, "ProtoString"), ("Timestamp", false, "Timestamp"),
    ])
    func `types that Swift has are prefixed where they would hide it`(name: String, isNested: Bool, swift: String) {
        #expect(ReservedNames.type(name, isNested: isNested) == swift)
    }

    @Test(arguments: [
        ("chatrpc.v1.NewMessage", "chatrpc__v1__new_message__init"),
        ("foo.bar_baz.V2.HTTPServer_Conf.NestedURL2x", "foo__bar_baz__v2__httpserver__conf__nested_url2x__init"),
        ("google.protobuf.UInt64Value", "google__protobuf__uint64_value__init"),
    ])
    func `C initializers have the names that protoc-gen-c gives`(message: String, initializer: String) {
        #expect(CName.initializer(ofMessage: message, in: nil) == initializer)
    }

    @Test func `accessors of one field don't take the names of another`() throws {
        let message = try #require(try Fixture.catalog().message("chatrpc.test.names.Clashes"))
        let names = MemberNames(message)
        #expect(names.fields[1]?.name == "foo")
        #expect(names.fields[3]?.name == "hasFoo_3")
        #expect(names.fields[4]?.name == "fooUTF8_4")
        #expect(names.fields[7]?.name == "clearFoo_7")
        #expect(names.fields[9]?.name == "dataBytes_9")
        #expect(names.oneofs == [0: "kind"])
    }

    @Test func `C members don't clash with each other, nor with what the compiler defines`() throws {
        let catalog = try Fixture.catalog()
        let keywords = CMemberNames(try #require(catalog.message("chatrpc.test.names.Keywords")))
        #expect(keywords.fields[22] == "base_22")
        #expect(keywords.fields[23] == "n_let_23")
        #expect(keywords.fields[24] == "linux_24")
        #expect(keywords.fields[25] == "int_25")
        #expect(keywords.fields[41] == "is_case_41")
        let clashes = CMemberNames(try #require(catalog.message("chatrpc.test.names.Clashes")))
        #expect(clashes.oneofs.first == "kind_0")
    }

    @Test func `values lose the enum's name where all have it`() {
        func names(_ enumeration: String, _ values: [(String, Int32)]) -> String {
            var text = SwiftText()
            let values = values.map { EnumDescriptor.Value(name: $0.0, number: $0.1) }
            EnumText(EnumDescriptor(name: enumeration, fullName: enumeration, values: values), swiftName: enumeration)
                .write(to: &text)
            let lines = text.text.split(separator: "\n").prefix { !$0.contains("init(rawValue") }
            return lines.compactMap { $0.contains(" case ") || $0.contains(" var ") ? $0.drop { $0 == " " } : nil }
                .dropLast(0).joined(separator: "; ")
        }
        #expect(
            names("MessageState", [("MESSAGE_STATE_A", 0), ("MESSAGE_STATE_B_C", 1)])
                == "case a; case bC; case unrecognized(Int32)")
        #expect(names("State", [("STATE_A", 0), ("OTHER", 1)]) == "case stateA; case other; case unrecognized(Int32)")
        #expect(
            names("Version", [("VERSION_A", 0), ("VERSION_1", 1)])
                == "case versionA; case version1; case unrecognized(Int32)")
        #expect(
            names("S", [("S_NONE", 0), ("S_DEFAULT", 1), ("S_SELF", 2), ("S_UNRECOGNIZED", 3)])
                == "case noneValue; case `default`; case selfValue; case unrecognizedValue; case unrecognized(Int32)")
        #expect(
            names("E", [("A", 0), ("B", 1), ("a", -1), ("C", 1)])
                == "case a; case b; case a_minus1; case unrecognized(Int32); public static var c: Self { .b }")
    }
}
