/// How a field looks in Swift.
struct FieldType {
    let catalog: TypeCatalog
    let names: SwiftNames

    /// The type of one value: `Int64`, `String`, `[UInt8]`, `Role`, `Message`.
    func element(_ field: FieldDescriptor) throws(GeneratorError) -> String {
        switch field.kind {
        case .message, .enumeration: try names.reference(to: field.typeName)
        case .bytes: "[UInt8]"
        default: Self.scalar(field.kind).type
        }
    }

    /// The type of the accessor: one value, a `RepeatedField` or a `MapField`.
    func accessor(_ field: FieldDescriptor) throws(GeneratorError) -> String {
        if let entry = catalog.mapEntry(of: field) {
            return "MapField<\(try element(entry.fieldsByNumber[0])), \(try element(entry.fieldsByNumber[1]))>"
        }
        return field.isRepeated ? "RepeatedField<\(try element(field))>" : try element(field)
    }

    /// `FieldSchema.Kind`'s case, with what it refers to.
    func schemaKind(_ field: FieldDescriptor) throws(GeneratorError) -> String {
        if let entry = catalog.mapEntry(of: field) {
            return ".message({ \(Self.entrySchemaName(entry)) })"
        }
        return switch field.kind {
        case .message: ".message({ \(try names.reference(to: field.typeName)).schema })"
        case .enumeration: ".enumeration({ \(try names.reference(to: field.typeName)).schema })"
        default: ".\(field.kind)"
        }
    }

    /// The member that holds the schema of a map's entries.
    static func entrySchemaName(_ entry: MessageDescriptor) -> String {
        Identifier.lowerCamel(entry.name) + "Schema"
    }

    /// The type of a number or Bool or String, and the name of its accessors in MessageStorage.
    static func scalar(_ kind: FieldDescriptor.Kind) -> (type: String, getter: String) {
        switch kind {
        case .double: ("Double", "double")
        case .float: ("Float", "float")
        case .int64, .sint64, .sfixed64: ("Int64", "int64")
        case .uint64, .fixed64: ("UInt64", "uint64")
        case .int32, .sint32, .sfixed32: ("Int32", "int32")
        case .uint32, .fixed32: ("UInt32", "uint32")
        case .bool: ("Bool", "bool")
        case .bytes: ("[UInt8]", "bytes")
        case .string: ("String", "string")
        case .enumeration: ("Int32", "enumValue")
        case .message, .group: ("MessageStorage", "message")
        }
    }

    /// The expression that reads a value of one field from `storage`.
    func read(_ field: FieldDescriptor, at index: Int) throws(GeneratorError) -> String {
        let getter = "storage.\(Self.scalar(field.kind).getter)(\(index))"
        return switch field.kind {
        case .enumeration: "\(try element(field))(rawValue: \(getter))"
        case .message: "\(try element(field))(storage: \(getter))"
        default: getter
        }
    }

    /// The statement that writes one.
    func write(_ field: FieldDescriptor, at index: Int, _ value: String) -> String {
        let getter = Self.scalar(field.kind).getter
        let isUnsigned = getter.hasPrefix("uint")
        let setter = "set" + getter.prefix(isUnsigned ? 2 : 1).uppercased() + getter.dropFirst(isUnsigned ? 2 : 1)
        return switch field.kind {
        case .enumeration: "storage.\(setter)(\(index), \(value).rawValue)"
        case .message: "storage.\(setter)(\(index), \(value).storage)"
        default: "storage.\(setter)(\(index), \(value))"
        }
    }
}
