/// JSON Schemas of messages and enums in the REST dialect: snake_case names, enums as words, 64-bit integers as numbers
/// or strings.
struct OpenAPISchemas {
    /// Who writes the JSON. In answers, fields without presence are always there.
    enum Direction {
        case request, answer
    }

    let catalog: TypeCatalog
    /// Messages that answers hold, directly or further in.
    private var answered: Set<String> = []
    private(set) var components: [String: JSONText] = [:]

    init(_ catalog: TypeCatalog, answers: [String]) {
        self.catalog = catalog
        for answer in answers { noteAnswer(answer) }
    }

    /// A reference to the message's schema, which is put among the components.
    mutating func message(_ fullName: String, _ direction: Direction) -> JSONText {
        if let known = Self.wellKnown[fullName] { return known }
        // A message of both directions has two schemas: what callers may leave out, answers always have.
        let isInput = direction == .request && answered.contains(fullName)
        let name = component(fullName) + (isInput ? "Input" : "")
        if components[name] == nil, let message = catalog.message(fullName) {
            components[name] = [:]
            components[name] = object(message, message.fields, direction)
        }
        return ["$ref": .string("#/components/schemas/\(name)")]
    }

    /// An object with these fields of a message.
    mutating func object(_ message: MessageDescriptor, _ fields: [FieldDescriptor], _ direction: Direction) -> JSONText
    {
        var members: [(String, JSONText)] = [("type", "object")]
        if !message.documentation.isEmpty { members.append(("description", .string(message.documentation))) }
        var properties: [(String, JSONText)] = []
        for field in fields { properties.append((field.name, self.field(field, direction))) }
        if !properties.isEmpty { members.append(("properties", .object(properties))) }
        let required = fields.filter { isRequired($0, direction) }.map { JSONText.string($0.name) }
        if !required.isEmpty { members.append(("required", .array(required))) }
        return .object(members)
    }

    /// A field with its description and limits.
    mutating func field(_ field: FieldDescriptor, _ direction: Direction) -> JSONText {
        var schema = value(field, direction)
        if field.isRepeated, catalog.mapEntry(of: field) == nil { schema = ["type": "array", "items": schema] }
        var more = field.isRawJSON ? [] : CommentLimits(comment: field.documentation).keywords(for: field)
        if !field.documentation.isEmpty { more.append(("description", .string(field.documentation))) }
        if field.isDeprecated { more.append(("deprecated", .bool(true))) }
        return schema.adding(more)
    }

    func isRequired(_ field: FieldDescriptor, _ direction: Direction) -> Bool {
        switch direction {
        case .request: CommentLimits(comment: field.documentation).isRequired(field)
        case .answer: !field.hasPresence
        }
    }

    private mutating func value(_ field: FieldDescriptor, _ direction: Direction) -> JSONText {
        if let entry = catalog.mapEntry(of: field) {
            return ["type": "object", "additionalProperties": value(entry.fieldsByNumber[1], direction)]
        }
        if field.isRawJSON { return [:] }
        switch field.kind {
        case .double: return Self.float("double")
        case .float: return Self.float("float")
        case .int32, .sint32, .sfixed32: return ["type": "integer", "format": "int32"]
        case .uint32, .fixed32: return ["type": "integer", "format": "uint32"]
        case .int64, .sint64, .sfixed64: return ["type": ["integer", "string"], "format": "int64"]
        case .uint64, .fixed64: return ["type": ["integer", "string"], "format": "uint64"]
        case .bool: return ["type": "boolean"]
        case .string: return ["type": "string"]
        case .bytes: return ["type": "string", "contentEncoding": "base64"]
        case .enumeration: return enumeration(field.typeName)
        case .message, .group: return message(field.typeName, direction)
        }
    }

    private mutating func enumeration(_ fullName: String) -> JSONText {
        if fullName == "google.protobuf.NullValue" { return ["type": "null"] }
        let name = component(fullName)
        if components[name] == nil, let enumeration = catalog.enumeration(fullName) {
            var words: [String] = []
            var lines: [String] = []
            for value in enumeration.values {
                let word = value.jsonValue ?? value.name
                guard !words.contains(word) else { continue }
                words.append(word)
                if !value.documentation.isEmpty { lines.append("- `\(word)`: \(value.documentation)") }
            }
            let list = lines.joined(separator: "\n")
            let description = [enumeration.documentation, list].filter { !$0.isEmpty }.joined(separator: "\n\n")
            var schema: JSONText = ["type": "string", "enum": .array(words.map { .string($0) })]
            if !description.isEmpty { schema = schema.adding([("description", .string(description))]) }
            components[name] = schema
        }
        return ["$ref": .string("#/components/schemas/\(name)")]
    }

    /// The name without its package, as long as no other type has the same; nested ones with their outer ones.
    private func component(_ fullName: String) -> String {
        let package = catalog.file(of: fullName)?.package ?? ""
        let name = package.isEmpty ? fullName : String(fullName.dropFirst(package.utf8.count + 1))
        let isShared = catalog.files.contains { file in
            file.package != package
                && (file.allMessages.map(\.fullName) + file.allEnums.map(\.fullName)).contains(
                    file.package + "." + name)
        }
        return isShared ? fullName : name
    }

    private mutating func noteAnswer(_ fullName: String) {
        guard answered.insert(fullName).inserted, let message = catalog.message(fullName) else { return }
        for field in message.fields where field.kind == .message { noteAnswer(field.typeName) }
    }

    private static func float(_ format: JSONText) -> JSONText {
        ["anyOf": [["type": "number", "format": format], ["enum": ["NaN", "Infinity", "-Infinity"]]]]
    }

    /// Messages that JSON writes in a way of their own (the proto3 JSON mapping).
    static let wellKnown: [String: JSONText] = [
        "google.protobuf.Any": ["type": "object", "properties": ["@type": ["type": "string"]], "required": ["@type"]],
        "google.protobuf.Timestamp": ["type": "string", "format": "date-time"],
        "google.protobuf.Duration": ["type": "string", "pattern": #"^-?[0-9]+(\.[0-9]{1,9})?s$"#],
        "google.protobuf.FieldMask": ["type": "string"],
        "google.protobuf.Empty": ["type": "object"],
        "google.protobuf.Struct": ["type": "object"],
        "google.protobuf.Value": [:],
        "google.protobuf.ListValue": ["type": "array", "items": [:]],
        "google.protobuf.DoubleValue": float("double"),
        "google.protobuf.FloatValue": float("float"),
        "google.protobuf.Int64Value": ["type": ["integer", "string", "null"], "format": "int64"],
        "google.protobuf.UInt64Value": ["type": ["integer", "string", "null"], "format": "uint64"],
        "google.protobuf.Int32Value": ["type": ["integer", "null"], "format": "int32"],
        "google.protobuf.UInt32Value": ["type": ["integer", "null"], "format": "uint32"],
        "google.protobuf.BoolValue": ["type": ["boolean", "null"]],
        "google.protobuf.StringValue": ["type": ["string", "null"]],
        "google.protobuf.BytesValue": ["type": ["string", "null"], "contentEncoding": "base64"],
    ]
}
