/// Writes a message as JSON, straight from its C struct.
struct JSONEncoder {
    let dialect: JSONDialect

    /// The whole value: an object, or what the well-known type asks for.
    func write(_ message: UnsafeRawPointer, _ layout: Layout, to writer: inout JSONWriter) {
        if let wellKnown = layout.pointee.json.wellKnown {
            return write(wellKnown, message, layout, to: &writer)
        }
        writer.beginObject()
        writeMembers(message, layout, to: &writer)
        writer.endObject()
    }

    /// The fields as members of the object that is open.
    func writeMembers(_ message: UnsafeRawPointer, _ layout: Layout, to writer: inout JSONWriter) {
        for index in 0..<layout.pointee.fieldCount {
            let field = layout.pointee.fields + index
            guard isWritten(message, field) else { continue }
            let names = layout.pointee.json.fields + index
            writer.name(quoted: dialect == .rest ? names.pointee.proto.quoted : names.pointee.lowerCamel.quoted)
            switch field.pointee.shape {
            case .implicit, .oneofMember:
                writeValue(message + Int(field.pointee.offset), index, layout, to: &writer)
            case .repeated: writeElements(message, index, layout, to: &writer)
            case .map: writeEntries(message, index, layout, to: &writer)
            }
        }
    }

    private func isWritten(_ message: UnsafeRawPointer, _ field: UnsafePointer<FieldLayout>) -> Bool {
        switch field.pointee.shape {
        case .oneofMember:
            return message.load(fromByteOffset: Int(field.pointee.quantifier), as: UInt32.self) == field.pointee.number
        case .repeated, .map:
            return dialect == .rest || message.load(fromByteOffset: Int(field.pointee.quantifier), as: Int.self) > 0
        case .implicit:
            // A number, a length or a pointer: zero is the default, or an absent message.
            if dialect == .rest, field.pointee.type != .message { return true }
            let offset = Int(field.pointee.offset)
            return field.pointee.stride == 4
                ? message.load(fromByteOffset: offset, as: UInt32.self) != 0
                : message.load(fromByteOffset: offset, as: UInt64.self) != 0
        }
    }

    func writeElements(
        _ message: UnsafeRawPointer, _ index: Int, _ layout: Layout, to writer: inout JSONWriter
    ) {
        writer.beginArray()
        forEachElement(of: message, layout.pointee.fields + index) { element in
            writeValue(element, index, layout, to: &writer)
        }
        writer.endArray()
    }

    func writeEntries(
        _ message: UnsafeRawPointer, _ index: Int, _ layout: Layout, to writer: inout JSONWriter
    ) {
        let entryLayout = layout.layout(ofMessageField: index)
        let key = entryLayout.pointee.fields
        let value = entryLayout.pointee.fields + 1
        writer.beginObject()
        forEachElement(of: message, layout.pointee.fields + index) { element in
            guard let entry = element.load(as: UnsafeRawPointer?.self) else { return }
            writeName(entry + Int(key.pointee.offset), key, to: &writer)
            let address = entry + Int(value.pointee.offset)
            if value.pointee.type == .message, address.load(as: UnsafeRawPointer?.self) == nil {
                let valueLayout = entryLayout.layout(ofMessageField: 1)
                write(valueLayout.pointee.emptyMessage, valueLayout, to: &writer)
            } else {
                writeValue(address, 1, entryLayout, to: &writer)
            }
        }
        writer.endObject()
    }

    @inline(__always)
    func forEachElement(
        of message: UnsafeRawPointer, _ field: UnsafePointer<FieldLayout>, _ body: (UnsafeRawPointer) -> Void
    ) {
        let count = message.load(fromByteOffset: Int(field.pointee.quantifier), as: Int.self)
        guard count > 0,
            let base = message.load(fromByteOffset: Int(field.pointee.offset), as: UnsafeRawPointer?.self)
        else { return }
        let stride = Int(field.pointee.stride)
        for place in 0..<count { body(base + place * stride) }
    }

    /// One value of the field, wherever it lies.
    @inline(__always)
    func writeValue(
        _ address: UnsafeRawPointer, _ index: Int, _ layout: Layout, to writer: inout JSONWriter
    ) {
        switch layout.pointee.fields[index].type {
        case .string:
            let text = Self.bytes(at: address)
            guard dialect == .rest, layout.pointee.json.fields[index].isRawJSON else {
                return writer.string(utf8: text)
            }
            if text.isEmpty { writer.null() } else { writer.raw(text) }
        case .int64, .sint64, .sfixed64: writeInteger(address.load(as: Int64.self), to: &writer)
        case .uint64, .fixed64: writeInteger(address.load(as: UInt64.self), to: &writer)
        case .int32, .sint32, .sfixed32: writer.integer(Int64(address.load(as: Int32.self)))
        case .uint32, .fixed32: writer.integer(UInt64(address.load(as: UInt32.self)))
        case .bool: writer.bool(address.load(as: Int32.self) != 0)
        case .enumeration: writeEnum(address.load(as: Int32.self), layout.pointee.json.fields + index, to: &writer)
        case .message:
            guard let message = address.load(as: UnsafeRawPointer?.self) else { return writer.null() }
            write(message, layout.layout(ofMessageField: index), to: &writer)
        case .double: writer.double(address.load(as: Double.self))
        case .float: writer.float(address.load(as: Float.self))
        case .bytes: writer.plainString { Base64.append(Self.bytes(at: address), to: &$0) }
        }
    }

    /// 64 bits: by REST a number while a double holds it exactly, else a string.
    private func writeInteger(_ value: Int64, to writer: inout JSONWriter) {
        if dialect == .rest, value.magnitude <= 1 << 53 { writer.integer(value) } else { writer.quotedInteger(value) }
    }

    private func writeInteger(_ value: UInt64, to writer: inout JSONWriter) {
        if dialect == .rest, value <= 1 << 53 { writer.integer(value) } else { writer.quotedInteger(value) }
    }

    private func writeEnum(_ number: Int32, _ names: UnsafePointer<JSONFieldNames>, to writer: inout JSONWriter) {
        if names.pointee.enumeration?.pointee.isNullValue == true {
            writer.null()
        } else if let text = names.pointee.enumeration?.pointee.text(of: number, dialect) {
            writer.raw(text.quoted)
        } else {
            writer.integer(Int64(number))
        }
    }

    /// A map's key, of whatever type, as a member's name.
    private func writeName(_ address: UnsafeRawPointer, _ key: UnsafePointer<FieldLayout>, to writer: inout JSONWriter)
    {
        switch key.pointee.type {
        case .string: writer.name(utf8: Self.bytes(at: address))
        case .bool: writer.name(address.load(as: Int32.self) != 0 ? "true" : "false" as StaticString)
        case .int32, .sint32, .sfixed32: writer.name(String(address.load(as: Int32.self)))
        case .uint32, .fixed32: writer.name(String(address.load(as: UInt32.self)))
        case .uint64, .fixed64: writer.name(String(address.load(as: UInt64.self)))
        default: writer.name(String(address.load(as: Int64.self)))
        }
    }

    /// What protobuf-c keeps as a length and a pointer.
    static func bytes(at address: UnsafeRawPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: address.load(fromByteOffset: 8, as: UnsafeRawPointer?.self), count: address.load(as: Int.self))
    }
}
