/// How a message type's fields are called in JSON, ready to be written and to be looked up.
///
/// Made once with the type's layout, in memory that is never freed, so that reading and writing count no references.
struct JSONNames {
    let wellKnown: WellKnownType?
    /// By field index.
    let fields: UnsafePointer<JSONFieldNames>
    let fieldCount: Int

    init(_ schemas: [FieldSchema], wellKnown: WellKnownType?) {
        let fields = UnsafeMutablePointer<JSONFieldNames>.allocate(capacity: max(schemas.count, 1))
        for (index, schema) in schemas.enumerated() {
            (fields + index).initialize(to: JSONFieldNames(schema))
        }
        self.wellKnown = wellKnown
        self.fields = UnsafePointer(fields)
        self.fieldCount = schemas.count
    }

    /// The index of the field with that name, of either kind, or -1.
    ///
    /// - Parameter expected: where to look first. Members mostly come in the order of the fields.
    @inline(__always)
    func index(of name: UnsafeBufferPointer<UInt8>, expected: Int) -> Int {
        if expected < fieldCount, fields[expected].isNamed(name) { return expected }
        return search(name)
    }

    /// The index of the field with that name, of either kind, or -1.
    func index(of name: String) -> Int {
        var name = name
        return name.withUTF8 { search($0) }
    }

    @inline(never)
    private func search(_ name: UnsafeBufferPointer<UInt8>) -> Int {
        for index in 0..<fieldCount where fields[index].isNamed(name) { return index }
        return -1
    }
}

struct JSONFieldNames {
    /// The name in the .proto file.
    let proto: JSONText
    /// The lowerCamelCase name, or the `json_name` of the .proto file.
    let lowerCamel: JSONText
    let isRawJSON: Bool
    /// The names of the values, if it is an enum.
    let enumeration: UnsafePointer<JSONEnumNames>?

    fileprivate init(_ schema: FieldSchema) {
        proto = JSONText(schema.name, after: ",", before: ":")
        lowerCamel = JSONText(schema.jsonName, after: ",", before: ":")
        isRawJSON = schema.rawJSON
        if case .enumeration(let values) = schema.kind {
            let names = UnsafeMutablePointer<JSONEnumNames>.allocate(capacity: 1)
            names.initialize(to: JSONEnumNames(values()))
            enumeration = UnsafePointer(names)
        } else {
            enumeration = nil
        }
    }

    @inline(__always)
    func isNamed(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        proto.isName(name) || lowerCamel.isName(name)
    }
}

struct JSONEnumNames {
    struct Value {
        let number: Int32
        let proto: JSONText
        /// The proto name again where there is no other.
        let rest: JSONText
    }

    let values: UnsafeBufferPointer<Value>
    /// google.protobuf.NullValue is written as null.
    let isNullValue: Bool

    fileprivate init(_ schema: EnumSchema) {
        let values = UnsafeMutableBufferPointer<Value>.allocate(capacity: schema.values.count)
        _ = values.initialize(
            from: schema.values.map { value in
                Value(number: value.number, proto: JSONText(value.name), rest: JSONText(value.rest ?? value.name))
            })
        self.values = UnsafeBufferPointer(values)
        self.isNullValue = schema.fullName == "google.protobuf.NullValue"
    }

    /// The text of a number, nil where the number has no name.
    func text(of number: Int32, _ dialect: JSONDialect) -> JSONText? {
        for value in values where value.number == number { return dialect == .rest ? value.rest : value.proto }
        return nil
    }

    /// The number of a name. REST takes its own names and those of the proto.
    func number(of name: UnsafeBufferPointer<UInt8>, _ dialect: JSONDialect) -> Int32? {
        for value in values where value.proto.isName(name) || (dialect == .rest && value.rest.isName(name)) {
            return value.number
        }
        return nil
    }
}

/// A name, and the same as a JSON string with what stands around it.
struct JSONText {
    private let name: UnsafeBufferPointer<UInt8>
    /// In quotes and escaped.
    let quoted: UnsafeRawBufferPointer

    fileprivate init(_ name: String, after prefix: String = "", before suffix: String = "") {
        var writer = JSONWriter()
        writer.string(name)
        self.name = Self.immortal(Array(name.utf8))
        self.quoted = UnsafeRawBufferPointer(
            Self.immortal(Array(prefix.utf8) + writer.bytes + Array(suffix.utf8)))
    }

    @inline(__always)
    func isName(_ other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard name.count == other.count else { return false }
        for index in 0..<other.count where name[index] != other[index] { return false }
        return true
    }

    private static func immortal(_ bytes: [UInt8]) -> UnsafeBufferPointer<UInt8> {
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
        _ = copy.initialize(from: bytes)
        return UnsafeBufferPointer(copy)
    }
}
