/// One proto file, as far as generating needs it (google.protobuf.FileDescriptorProto).
struct FileDescriptor {
    var name = ""
    var package = ""
    var dependencies: [String] = []
    var messages: [MessageDescriptor] = []
    var enums: [EnumDescriptor] = []
    var services: [ServiceDescriptor] = []
    /// Its extension fields, without those declared within messages.
    var extensions: [ExtensionDescriptor] = []
    /// "proto3", "editions", or empty, which means proto2.
    var syntax = ""
    /// The comment above its `syntax` line.
    var documentation = ""
    /// The encoded descriptor without source info: what reflection serves.
    var serialized: [UInt8] = []

    /// Every message of the file, outer ones before the ones nested in them.
    var allMessages: [MessageDescriptor] {
        messages.flatMap(\.withNested)
    }

    var allEnums: [EnumDescriptor] {
        enums + allMessages.flatMap(\.enums)
    }

    var allExtensions: [ExtensionDescriptor] {
        extensions + allMessages.flatMap(\.extensions)
    }
}

/// A field that a file adds to a message of another one.
struct ExtensionDescriptor {
    var fullName: String
    /// The full name of that message.
    var extendee: String
    var number: Int32
}

struct MessageDescriptor {
    var name = ""
    /// With the package and the outer messages, without a leading dot.
    var fullName = ""
    /// In the order of their declaration.
    var fields: [FieldDescriptor] = []
    /// The real ones first, then those that stand for `optional`.
    var oneofs: [OneofDescriptor] = []
    var messages: [MessageDescriptor] = []
    var enums: [EnumDescriptor] = []
    /// Extension fields declared within it.
    var extensions: [ExtensionDescriptor] = []
    var isMapEntry = false
    var isDeprecated = false
    var documentation = ""

    var withNested: [MessageDescriptor] {
        [self] + messages.flatMap(\.withNested)
    }

    /// In the order in which protobuf-c's descriptor has them: a field's place here is its index at run time.
    var fieldsByNumber: [FieldDescriptor] {
        fields.sorted { $0.number < $1.number }
    }
}

struct OneofDescriptor {
    var name = ""
    var documentation = ""
    /// Whether it only stands for the `optional` of its one field.
    var isSynthetic = false
}

struct FieldDescriptor {
    /// google.protobuf.FieldDescriptorProto.Type, numbers included.
    enum Kind: Int32 {
        case double = 1
        case float, int64, uint64, int32, fixed64, fixed32, bool, string, group, message, bytes, uint32
        case enumeration, sfixed32, sfixed64, sint32, sint64

        /// Whether a repeated field of it can be packed.
        var isPackable: Bool {
            switch self {
            case .string, .group, .message, .bytes: false
            default: true
            }
        }
    }

    var name = ""
    var number: Int32 = 0
    var kind = Kind.int32
    var isRepeated = false
    var isRequired = false
    /// Full name of the message or enum, without a leading dot.
    var typeName = ""
    var jsonName = ""
    /// Index in the message's oneofs.
    var oneof: Int?
    /// Declared with `optional`: it has presence, and a oneof of its own.
    var isOptional = false
    /// As declared; nil where nothing was said, which is packed in proto3.
    var packed: Bool?
    /// (chatrpc.raw_json)
    var isRawJSON = false
    var isDeprecated = false
    var documentation = ""

    var isPacked: Bool { isRepeated && kind.isPackable && packed ?? true }
}

struct EnumDescriptor {
    /// Its full name is a sibling of its enum's (descriptor.proto, EnumValueDescriptorProto), not within it.
    struct Value {
        var name = ""
        var number: Int32 = 0
        /// (chatrpc.json_value)
        var jsonValue: String?
        var isDeprecated = false
        var documentation = ""
    }

    var name = ""
    var fullName = ""
    var values: [Value] = []
    var allowsAlias = false
    var isDeprecated = false
    var documentation = ""
}

struct ServiceDescriptor {
    var name = ""
    var fullName = ""
    var methods: [MethodDescriptor] = []
    var isDeprecated = false
    var documentation = ""
}

struct MethodDescriptor {
    enum Idempotency: Int32 {
        case unknown, noSideEffects, idempotent
    }

    var name = ""
    /// Full names of messages, without a leading dot.
    var input = ""
    var output = ""
    var isClientStreaming = false
    var isServerStreaming = false
    var idempotency = Idempotency.unknown
    /// google.api.http; nil where the method has no REST form.
    var httpRule: HTTPRule?
    /// chatrpc.rest
    var rest = RESTOptions()
    var isDeprecated = false
    var documentation = ""
}
