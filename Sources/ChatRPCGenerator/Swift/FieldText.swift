/// The accessors of one field.
struct FieldText {
    let field: FieldDescriptor
    let index: Int
    let names: MemberNames.Field
    let types: FieldType

    func write(to text: inout SwiftText) throws(GeneratorError) {
        if field.isRepeated {
            try writeCollection(&text)
        } else {
            try writeValue(&text)
            writeBytes(&text)
            if field.hasPresence { writePresence(&text) }
        }
    }

    private var declared: String { Identifier.declared(names.name) }

    private func writeValue(_ text: inout SwiftText) throws(GeneratorError) {
        text.documentation(
            field.documentation, otherwise: "Field `\(field.name)`.", isDeprecated: field.isDeprecated)
        let read = try types.read(field, at: index)
        let type = try types.element(field)
        text.block("@inlinable public var \(declared): \(type)") { text in
            text.line("get { \(read) }")
            text.line("set { \(types.write(field, at: index, "newValue")) }")
            if field.kind == .message { writeModify(type, &text) }
        }
    }

    /// Changes a message where it is: taken out, changed and put back, nothing is shared and so nothing is copied.
    private func writeModify(_ type: String, _ text: inout SwiftText) {
    }

    private func writeCollection(_ text: inout SwiftText) throws(GeneratorError) {
        text.documentation(
            field.documentation, otherwise: "Field `\(field.name)`.", isDeprecated: field.isDeprecated)
        let type = try types.accessor(field)
        text.block("@inlinable public var \(declared): \(type)") { text in
            text.line("get { \(type)(storage, \(index)) }")
            text.line("set { newValue.store(in: &storage, \(index)) }")
        }
    }

    /// The bytes of a string or bytes field, without a copy.
    private func writeBytes(_ text: inout SwiftText) {
        guard field.kind == .string || field.kind == .bytes else { return }
        let suffix = field.kind == .string ? "UTF8" : "Bytes"
        text.line()
        text.line("/// The bytes of ``\(names.name)``, not copied.")
        text.block("@inlinable public var \(names.name)\(suffix): FieldBytes") { text in
            text.line("get { storage.fieldBytes(\(index)) }")
            text.line("set { storage.setFieldBytes(\(index), newValue) }")
        }
        guard field.kind == .string else { return }
        text.line()
        text.line("/// Sets ``\(names.name)`` to bytes that are known to be UTF-8.")
        text.block("@inlinable public mutating func set\(names.capitalized)(utf8: RawSpan)") { text in
            text.line("storage.setUTF8(\(index), utf8)")
        }
    }

    private func writePresence(_ text: inout SwiftText) {
        text.line()
        text.line("/// Whether ``\(names.name)`` is set.")
        text.line("@inlinable public var has\(names.capitalized): Bool { storage.has(\(index)) }")
        text.line()
        text.line("/// Unsets ``\(names.name)``.")
        text.line("@inlinable public mutating func clear\(names.capitalized)() { storage.clear(\(index)) }")
    }
}
