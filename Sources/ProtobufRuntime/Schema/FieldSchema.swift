/// One field of a message: what C descriptors can't say (JSON names, UTF-8, maps, presence) and how to reach the types it refers to.
public struct FieldSchema: Sendable {
    /// The field's type. Enums and messages are reached through a closure, because types may refer to each other in a circle.
    public enum Kind: Sendable {
        case double, float
        case int32, int64, uint32, uint64, sint32, sint64
        case fixed32, fixed64, sfixed32, sfixed64
        case bool, string, bytes
        case enumeration(@Sendable () -> EnumSchema)
        case message(@Sendable () -> MessageSchema)
    }

    /// How many values, and how their presence is known.
    public enum Label: Sendable, Hashable {
        /// Singular without presence: unset and zero are the same. (A message field always has presence.)
        case implicit
        /// proto3 `optional`; in C a oneof of one member.
        case optional
        case repeated
        /// Repeated in C and on the wire; `Kind.message` gives the entry, whose field 0 is the key and field 1 the value.
        case map
        /// A member of the oneof with that index in `MessageSchema.oneofs`.
        case oneof(Int)
    }

    public let number: Int
    /// The name in the .proto file, for example `session_id`.
    public let name: String
    /// The lowerCamelCase name, for example `sessionId`.
    public let jsonName: String
    public let kind: Kind
    public let label: Label
    /// Whether a repeated scalar is written packed. (Both are read.)
    public let packed: Bool
    /// Whether the string holds a JSON value that REST JSON shows as the value itself (`chatrpc.raw_json`).
    public let rawJSON: Bool

    /// - Parameter packed: by default true for repeated scalars and enums, as in proto3.
    public init(
        _ number: Int, _ name: StaticString, json: StaticString, _ kind: Kind, _ label: Label = .implicit,
        packed: Bool? = nil, rawJSON: Bool = false
    ) {
        self.number = number
        self.name = name.description
        self.jsonName = json.description
        self.kind = kind
        self.label = label
        self.packed = packed ?? (label == .repeated && kind.isPackable)
        self.rawJSON = rawJSON
    }
}

extension FieldSchema.Kind {
    /// Whether values of this type may stand one behind the other in one length-delimited field.
    public var isPackable: Bool {
        switch self {
        case .string, .bytes, .message: false
        default: true
        }
    }
}

/// A oneof as it is in the .proto file (those that stand for `optional` are not listed).
public struct OneofSchema: Sendable {
    public let name: String

    public init(_ name: StaticString) { self.name = name.description }
}
