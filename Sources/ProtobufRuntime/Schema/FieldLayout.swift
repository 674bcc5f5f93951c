/// Where a field lies in its C struct, and what is in it: 24 bytes that every access reads.
@usableFromInline
struct FieldLayout {
    /// How the value is laid out in C and on the wire.
    @usableFromInline
    enum ValueType: UInt8 {
        case double, float
        case int32, int64, uint32, uint64, sint32, sint64
        case fixed32, fixed64, sfixed32, sfixed64
        case bool, string, bytes, enumeration, message
    }

    @usableFromInline
    enum Shape: UInt8 {
        /// Set means not zero; a message is set when its pointer is not NULL.
        case implicit
        /// Set means that the case word at `quantifier` holds the field's number. Proto3 `optional` is this, too.
        case oneofMember
        /// A pointer at `offset`, a `size_t` count at `quantifier`.
        case repeated
        /// The same, of entries with unique keys.
        case map
    }

    @usableFromInline let offset: UInt32
    @usableFromInline let quantifier: UInt32
    @usableFromInline let number: UInt32
    @usableFromInline let type: ValueType
    @usableFromInline let shape: Shape
    /// The wire type of one value that stands alone.
    let wireType: UInt8
    /// Which bit stands for it among the singular messages of its message (63 is shared by all beyond).
    let singularMessageBit: UInt8
    /// The bytes of one value in a C struct or array.
    @usableFromInline let stride: UInt8
    /// The index in `MessageSchema.oneofs`, or -1.
    let oneof: Int16
}

extension FieldLayout {
    @usableFromInline
    var isRepeated: Bool { shape == .repeated || shape == .map }

    /// Whether the C value is a length and a pointer.
    @usableFromInline
    var isBytes: Bool { type == .string || type == .bytes }

    var isPackable: Bool { type.rawValue < ValueType.string.rawValue || type == .enumeration }
}

extension FieldLayout.ValueType {
    init(_ kind: FieldSchema.Kind) {
        self =
            switch kind {
            case .double: .double
            case .float: .float
            case .int32: .int32
            case .int64: .int64
            case .uint32: .uint32
            case .uint64: .uint64
            case .sint32: .sint32
            case .sint64: .sint64
            case .fixed32: .fixed32
            case .fixed64: .fixed64
            case .sfixed32: .sfixed32
            case .sfixed64: .sfixed64
            case .bool: .bool
            case .string: .string
            case .bytes: .bytes
            case .enumeration: .enumeration
            case .message: .message
            }
    }

    /// protobuf-c keeps a bool in an `int`, an enum in an `int`, bytes in `{size_t, uint8_t *}`, a message behind a pointer.
    var stride: UInt8 {
        switch self {
        case .double, .int64, .uint64, .sint64, .fixed64, .sfixed64, .message: 8
        case .float, .int32, .uint32, .sint32, .fixed32, .sfixed32, .bool, .enumeration: 4
        case .string, .bytes: 16
        }
    }

    /// https://protobuf.dev/programming-guides/encoding/#structure
    var wireType: UInt8 {
        switch self {
        case .double, .fixed64, .sfixed64: WireType.fixed64
        case .float, .fixed32, .sfixed32: WireType.fixed32
        case .string, .bytes, .message: WireType.delimited
        default: WireType.varint
        }
    }
}

/// The wire types (https://protobuf.dev/programming-guides/encoding/#structure); 6 and 7 mean nothing.
enum WireType {
    static let varint: UInt8 = 0
    static let fixed64: UInt8 = 1
    static let delimited: UInt8 = 2
    static let startGroup: UInt8 = 3
    static let endGroup: UInt8 = 4
    static let fixed32: UInt8 = 5
}
