/// A proto message as a Swift struct over its storage.
struct MessageText {
    let message: MessageDescriptor
    let catalog: TypeCatalog
    let names: SwiftNames
    private let members: MemberNames
    private let types: FieldType
    private let fields: [FieldDescriptor]

    init(_ message: MessageDescriptor, catalog: TypeCatalog, names: SwiftNames) {
        self.message = message
        self.catalog = catalog
        self.names = names
        members = MemberNames(message)
        types = FieldType(catalog: catalog, names: names)
        fields = message.fieldsByNumber
    }

    func write(to text: inout SwiftText) throws(GeneratorError) {
        text.documentation(message.documentation, otherwise: "`\(message.fullName)`.")
        try text.block("public struct \(names.declaredName(of: message.fullName)): ProtobufMessage") {
            text throws(GeneratorError) in
            try writeAccessors(&text)
            for index in message.oneofs.indices where !message.oneofs[index].isSynthetic {
                try oneofText(index).write(to: &text)
                text.line()
            }
            try writeSchema(&text)
            text.line()
            text.line("/// What the message is made of; for generated code.")
            text.line("public var storage: MessageStorage")
            text.line()
            text.block("@inlinable public init(storage: MessageStorage)") { $0.line("self.storage = storage") }
            try writeNestedTypes(&text)
        }
    }

    /// In the order of the declaration.
    private func writeAccessors(_ text: inout SwiftText) throws(GeneratorError) {
        for field in message.fields {
            guard let index = fields.firstIndex(where: { $0.number == field.number }),
                let names = members.fields[field.number]
            else { continue }
            try FieldText(field: field, index: index, names: names, types: types).write(to: &text)
            text.line()
        }
    }

    private func oneofText(_ index: Int) -> OneofText {
        OneofText(
            descriptor: message.oneofs[index], index: index, name: members.oneofs[index] ?? "",
            type: members.oneofTypes[index] ?? "",
            members: fields.enumerated().filter { $0.element.oneof == index && !$0.element.isOptional }
                .map {
                    .init(field: $0.element, index: $0.offset, name: members.fields[$0.element.number]?.name ?? "")
                },
            types: types)
    }

    private func writeNestedTypes(_ text: inout SwiftText) throws(GeneratorError) {
        for nested in message.enums {
            text.line()
            EnumText(nested, swiftName: names.declaredName(of: nested.fullName)).write(to: &text)
        }
        for nested in message.messages where !nested.isMapEntry {
            text.line()
            try MessageText(nested, catalog: catalog, names: names).write(to: &text)
        }
    }

    private func writeSchema(_ text: inout SwiftText) throws(GeneratorError) {
        try schema(of: message, declaration: "public static let schema: MessageSchema", to: &text)
        for entry in message.messages where entry.isMapEntry {
            text.line()
            try schema(
                of: entry, declaration: "private static let \(FieldType.entrySchemaName(entry)): MessageSchema",
                to: &text)
        }
    }

    private func schema(
        of message: MessageDescriptor, declaration: String, to text: inout SwiftText
    ) throws(GeneratorError) {
        let oneofs = message.oneofs.filter { !$0.isSynthetic }.map { "OneofSchema(\(SwiftText.literal($0.name)))" }
        let fields = message.fieldsByNumber
        let initializer = CName.initializer(ofMessage: message.fullName, in: catalog.file(of: message.fullName))
        text.line("\(declaration) = MessageSchema(")
        try text.indented { text throws(GeneratorError) in
            text.line("\(SwiftText.literal(message.fullName)), initialize: \(initializer),")
            let ending = oneofs.isEmpty ? ")" : ","
            if fields.isEmpty {
                text.line("fields: []\(ending)")
            } else {
                text.line("fields: [")
                try text.indented { text throws(GeneratorError) in
                    for field in fields { text.line(try schema(of: field) + ",") }
                }
                text.line("]\(ending)")
            }
            if !oneofs.isEmpty { text.line("oneofs: [\(oneofs.joined(separator: ", "))])") }
        }
    }

    private func schema(of field: FieldDescriptor) throws(GeneratorError) -> String {
        var result =
            "FieldSchema(\(field.number), \(SwiftText.literal(field.name)), json: \(SwiftText.literal(field.jsonName))"
        result += ", \(try types.schemaKind(field))"
        if catalog.mapEntry(of: field) != nil {
            result += ", .map"
        } else if field.isRepeated {
            result += ", .repeated"
        } else if field.isOptional {
            result += ", .optional"
        } else if let oneof = field.oneof {
            result += ", .oneof(\(oneof))"
        }
        if field.isRepeated, field.kind.isPackable, !field.isPacked { result += ", packed: false" }
        if field.isRawJSON { result += ", rawJSON: true" }
        return result + ")"
    }
}
