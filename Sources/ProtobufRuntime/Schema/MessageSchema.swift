import CProtobufC
import Synchronization

/// The description of a message type, made once by generated code (`static let schema`) and kept as long as the process lives.
public final class MessageSchema: Sendable {
    /// The full proto name, for example `chatrpc.v1.Message`.
    public let fullName: String
    /// Sorted by number. A field's *index* is its place here; it is how the runtime's calls name fields.
    public let fields: [FieldSchema]
    /// The oneofs of the .proto file; those that stand for `optional` are not among them.
    public let oneofs: [OneofSchema]
    /// Set for messages that JSON writes in a way of their own.
    public let wellKnown: WellKnownType?

    // Points to memory that is written only here, before anyone else can see it, and lives for ever.
    @usableFromInline nonisolated(unsafe) let layout: UnsafePointer<MessageLayout>

    /// - Parameters:
    ///   - initialize: the generated C function `…__init`. The struct that it fills names the protobuf-c descriptor.
    ///   - fields: all fields, sorted by number, as in the descriptor.
    ///   - wellKnown: by default found by the name.
    ///
    /// Traps if fields and descriptor don't agree: then the generated C and the generated Swift are not of the same .proto file.
    public init<CStruct>(
        _ fullName: StaticString,
        initialize: (UnsafeMutablePointer<CStruct>?) -> Void,
        fields: [FieldSchema],
        oneofs: [OneofSchema] = [],
        wellKnown: WellKnownType? = nil
    ) {
        let empty = UnsafeMutablePointer<CStruct>.allocate(capacity: 1)
        initialize(empty)
        let raw = UnsafeMutableRawPointer(empty)
        guard let descriptor = raw.assumingMemoryBound(to: ProtobufCMessage.self).pointee.descriptor else {
            preconditionFailure("\(fullName) has no protobuf-c descriptor.")
        }
        self.fullName = fullName.description
        self.fields = fields
        self.oneofs = oneofs
        self.wellKnown = wellKnown ?? WellKnownType(rawValue: fullName.description)
        let layout = UnsafeMutablePointer<MessageLayout>.allocate(capacity: 1)
        self.layout = UnsafePointer(layout)
        layout.initialize(
            to: MessageLayout(
                empty: raw, descriptor: descriptor, fields: fields,
                json: JSONNames(fields, wellKnown: self.wellKnown), schema: Unmanaged.passRetained(self)))
    }
}

extension MessageLayout {
    /// Builds the tables. They are never freed, as the schema is not.
    fileprivate init(
        empty: UnsafeMutableRawPointer, descriptor: UnsafePointer<ProtobufCMessageDescriptor>,
        fields: [FieldSchema], json: JSONNames, schema: Unmanaged<MessageSchema>
    ) {
        precondition(fields.count == Int(descriptor.pointee.n_fields), "The generated C is of another .proto file.")
        let layouts = UnsafeMutablePointer<FieldLayout>.allocate(capacity: max(fields.count, 1))
        let links = UnsafeMutablePointer<Atomic<UInt>>.allocate(capacity: fields.count + 1)
        var singularMessages = 0
        for (index, field) in fields.enumerated() {
            let layout = FieldLayout(
                field, descriptor.pointee.fields[index], singularMessageBit: UInt8(min(singularMessages, 63)))
            if layout.type == .message, !layout.isRepeated { singularMessages += 1 }
            (layouts + index).initialize(to: layout)
            (links + index).initialize(to: Atomic(0))
        }
        (links + fields.count).initialize(to: Atomic(0))

        let tableCount = min((fields.last?.number ?? -1) + 1, 256)
        let table = UnsafeMutablePointer<Int16>.allocate(capacity: max(tableCount, 1))
        table.initialize(repeating: -1, count: max(tableCount, 1))
        for (index, field) in fields.enumerated() where field.number < tableCount { table[field.number] = Int16(index) }

        let tags = UnsafeMutablePointer<Int16>.allocate(capacity: 256)
        tags.initialize(repeating: -1, count: 256)
        for (index, field) in fields.enumerated() where field.number < 16 {
            let layout = layouts[index]
            if layout.isRepeated || layout.type == .message { continue }
            tags[field.number << 3 | Int(layout.wireType)] = Int16(index)
        }

        self.init(
            fields: layouts, fieldCount: fields.count, structSize: descriptor.pointee.sizeof_message,
            emptyMessage: empty, descriptor: descriptor, schema: schema, indexByNumber: table,
            indexByNumberCount: UInt32(tableCount), indexByTagByte: tags, links: links, reach: links + fields.count,
            json: json)
    }
}

extension FieldLayout {
    fileprivate init(_ field: FieldSchema, _ descriptor: ProtobufCFieldDescriptor, singularMessageBit: UInt8) {
        let type = ValueType(field.kind)
        precondition(
            Int(descriptor.id) == field.number && type.cType == descriptor.type,
            "Field \(field.name): the generated C is of another .proto file.")
        let shape: Shape
        var oneof: Int16 = -1
        switch field.label {
        case .implicit: shape = .implicit
        case .optional: shape = .oneofMember
        case .repeated: shape = .repeated
        case .map: shape = .map
        case .oneof(let index):
            shape = .oneofMember
            oneof = Int16(index)
        }
        let isOneof = descriptor.flags & PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue != 0
        let isRepeated = descriptor.label == PROTOBUF_C_LABEL_REPEATED
        precondition(
            isOneof == (shape == .oneofMember) && isRepeated == (shape == .repeated || shape == .map),
            "Field \(field.name): the generated C has another label.")
        self.init(
            offset: descriptor.offset, quantifier: descriptor.quantifier_offset, number: descriptor.id,
            type: type, shape: shape, wireType: type.wireType, singularMessageBit: singularMessageBit,
            stride: type.stride, oneof: oneof)
    }
}

extension FieldLayout.ValueType {
    /// The protobuf-c type. Strings are bytes there (`string_as_bytes`), so that each comes with its length.
    fileprivate var cType: ProtobufCType {
        switch self {
        case .double: PROTOBUF_C_TYPE_DOUBLE
        case .float: PROTOBUF_C_TYPE_FLOAT
        case .int32: PROTOBUF_C_TYPE_INT32
        case .int64: PROTOBUF_C_TYPE_INT64
        case .uint32: PROTOBUF_C_TYPE_UINT32
        case .uint64: PROTOBUF_C_TYPE_UINT64
        case .sint32: PROTOBUF_C_TYPE_SINT32
        case .sint64: PROTOBUF_C_TYPE_SINT64
        case .fixed32: PROTOBUF_C_TYPE_FIXED32
        case .fixed64: PROTOBUF_C_TYPE_FIXED64
        case .sfixed32: PROTOBUF_C_TYPE_SFIXED32
        case .sfixed64: PROTOBUF_C_TYPE_SFIXED64
        case .bool: PROTOBUF_C_TYPE_BOOL
        case .string, .bytes: PROTOBUF_C_TYPE_BYTES
        case .enumeration: PROTOBUF_C_TYPE_ENUM
        case .message: PROTOBUF_C_TYPE_MESSAGE
        }
    }
}
