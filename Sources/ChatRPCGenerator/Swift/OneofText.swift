/// A oneof as an enum with a case for each member, and the property that holds it.
struct OneofText {
    struct Member {
        let field: FieldDescriptor
        let index: Int
        let name: String

        var caseName: String { ReservedNames.enumCase(name) }
    }

    let descriptor: OneofDescriptor
    /// Its index among the message's oneofs.
    let index: Int
    let name: String
    let type: String
    let members: [Member]
    let types: FieldType

    func write(to text: inout SwiftText) throws(GeneratorError) {
        text.documentation(
            descriptor.documentation, otherwise: "Which member of the oneof `\(descriptor.name)` is set.")
        try text.block("@inlinable public var \(Identifier.declared(name)): \(type)?") { text throws(GeneratorError) in
            try text.block("get") { text throws(GeneratorError) in
                try text.cases(of: "storage.oneofCase(\(index))") { text throws(GeneratorError) in
                    for member in members {
                        text.line(
                            "case \(member.index): .\(member.caseName)(\(try types.read(member.field, at: member.index)))"
                        )
                    }
                    text.line("default: nil")
                }
            }
            text.block("set") { text in
                text.cases(of: "newValue") { text in
                    for member in members {
                        text.line(
                            "case .\(member.caseName)(let value): \(types.write(member.field, at: member.index, "value"))"
                        )
                    }
                    text.line("case nil: storage.clearOneof(\(index))")
                }
            }
        }
        text.line()
        text.line("/// The members of the oneof `\(descriptor.name)`.")
        try text.block("public enum \(type): Sendable, Hashable") { text throws(GeneratorError) in
            for member in members {
                text.documentation(member.field.documentation)
                text.line("case \(Identifier.declared(member.caseName))(\(try types.element(member.field)))")
            }
        }
    }
}
