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
        writeDocumentation(&text)
        let read = try types.read(field, at: index)
        text.block("@inlinable public var \(declared): \(try types.element(field))") { text in
            if field.kind == .message {
                writeInPlaceAccess("storage[message: \(index)]", &text)
            } else {
                text.line("get { \(read) }")
                text.line("set { \(types.write(field, at: index, "newValue")) }")
            }
        }
    }

    private func writeCollection(_ text: inout SwiftText) throws(GeneratorError) {
        writeDocumentation(&text)
        let type = try types.accessor(field)
        let label = types.catalog.mapEntry(of: field) == nil ? "repeated" : "map"
        text.block("@inlinable public var \(declared): \(type)") { text in
            writeInPlaceAccess("storage[\(label): \(index)]", &text)
        }
    }

    /// Messages and collections are changed where they are, without a copy.
    private func writeInPlaceAccess(_ place: String, _ text: inout SwiftText) {
        text.line("get { \(place) }")
        text.line("set { \(place) = newValue }")
        text.line("_modify { yield &\(place) }")
    }

    private func writeDocumentation(_ text: inout SwiftText) {
        text.documentation(
            field.documentation, otherwise: "Field `\(field.name)`.", isDeprecated: field.isDeprecated)
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
