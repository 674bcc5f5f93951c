/// Names that proto elements can't have in Swift, and what they become.
///
/// - A type whose name generated code needs for something else, or that Swift reserves, gets `Proto` before it:
///   `google.protobuf.Any` is `ProtoAny`, `google.protobuf.Duration` is `ProtoDuration`.
/// - A field or oneof that has the name of a member that every message has gets `Field` behind it: `storage` is
///   `storageField`.
/// - An enum value with the name of a member that every enum has gets `Value` behind it; so do `none` and `some`,
///   which would be mistaken for those of `Optional`.
/// - A name that an earlier element of the same scope took gets `_` and its number behind it.
///
/// Other keywords keep their names, in backticks where Swift asks for them.
enum ReservedNames {
    static func type(_ name: String, isNested: Bool) -> String {
        everywhere.contains(name) || !isNested && topLevel.contains(name) ? "Proto" + name : name
    }

    static func field(_ name: String) -> String {
        members.contains(name) ? name + "Field" : name
    }

    static func enumCase(_ name: String) -> String {
        cases.contains(name) ? name + "Value" : name
    }

    /// What generated code says itself, within types too.
    private static let everywhere: Set<String> = [
        "Any", "Array", "Bool", "Double", "EnumSchema", "EnumValueSchema", "FieldBytes", "FieldSchema", "Float",
        "Hashable", "Int", "Int32", "Int64", "MapField", "MessageSchema", "MessageStorage", "OneofSchema", "Optional",
        "ProtobufEnum", "ProtobufMessage", "Protocol", "RawSpan", "RawValue", "RepeatedField", "Self", "Sendable",
        "String", "Swift", "Type", "UInt8", "UInt32", "UInt64", "Void",
    ]

    /// What the callers of generated code say: of Swift's standard library and of RPCCore.
    private static let topLevel: Set<String> = [
        "Actor", "CallOptions", "Character", "ClientChannel", "Clock", "Codable", "Collection", "Comparable",
        "CustomStringConvertible", "Decodable", "DecodingLimits", "Dictionary", "Duration", "Encodable", "Equatable",
        "Error", "FileDescriptor", "HTTPRoute", "Hasher", "Identifiable", "Int8", "Int16", "Iterator", "JSONDialect",
        "JSONReader", "JSONWriter", "KeyPath", "MessageStream", "MessageWriter", "Metadata", "MethodDescriptor",
        "MethodIdempotency", "MethodKind", "MethodRegistry", "Mirror", "Never", "ProtobufError", "RPCCore", "RPCError",
        "RPCService", "Range", "Regex", "ResponseMetadata", "Result", "Sequence", "ServerContext", "Set", "Slice",
        "Span", "StaticString", "StatusCode", "Substring", "Task", "UInt", "UInt16", "UnaryResponse", "Unicode",
    ]

    private static let members: Set<String> = [
        "Protocol", "Type", "append", "hash", "hashValue", "init", "json", "schema", "self", "serialize", "serialized",
        "serializedSize", "storage", "store", "with", "writeJSON",
    ]

    private static let cases: Set<String> = [
        "Protocol", "Type", "hash", "hashValue", "init", "none", "rawValue", "schema", "self", "some", "unrecognized",
    ]
}
