/// The messages that the proto3 JSON mapping writes in a way of their own. Their fields are named here by index, that
/// is, in the order of their numbers.
extension JSONEncoder {
    func write(
        _ type: WellKnownType, _ message: UnsafeRawPointer, _ layout: Layout, to writer: inout JSONWriter
    ) {
        switch type {
        case .timestamp:
            let time = TimestampText(
                seconds: load(message, layout, 0, as: Int64.self), nanos: load(message, layout, 1, as: Int32.self))
            writer.plainString { time.write(to: &$0) }
        case .duration:
            let span = DurationText(
                seconds: load(message, layout, 0, as: Int64.self), nanos: load(message, layout, 1, as: Int32.self))
            writer.plainString { span.write(to: &$0) }
        case .doubleValue, .floatValue, .int64Value, .uint64Value, .int32Value, .uint32Value, .boolValue,
            .stringValue, .bytesValue:
            writeValue(message + Int(layout.pointee.fields[0].offset), 0, layout, to: &writer)
        case .structure: writeEntries(message, 0, layout, to: &writer)
        case .listValue: writeElements(message, 0, layout, to: &writer)
        case .value: writeDynamic(message, layout, to: &writer)
        case .fieldMask: writeMask(message, layout, to: &writer)
        case .any: writeAny(message, layout, to: &writer)
        case .empty:
            writer.beginObject()
            writer.endObject()
        }
    }

    /// google.protobuf.Value: whatever is set. Nothing set, or a number that JSON can't write, comes out as null.
    private func writeDynamic(_ message: UnsafeRawPointer, _ layout: Layout, to writer: inout JSONWriter) {
        for index in 0..<layout.pointee.fieldCount {
            let field = layout.pointee.fields + index
            guard message.load(fromByteOffset: Int(field.pointee.quantifier), as: UInt32.self) == field.pointee.number
            else { continue }
            let address = message + Int(field.pointee.offset)
            if field.pointee.type == .double, !address.load(as: Double.self).isFinite { break }
            return writeValue(address, index, layout, to: &writer)
        }
        writer.null()
    }

    /// google.protobuf.FieldMask: the paths with commas between them, in lowerCamelCase; by REST as the proto has them.
    private func writeMask(_ message: UnsafeRawPointer, _ layout: Layout, to writer: inout JSONWriter) {
        var text: [UInt8] = []
        forEachElement(of: message, layout.pointee.fields) { element in
            if !text.isEmpty { text.append(UInt8(ascii: ",")) }
            let path = Self.bytes(at: element)
            text.append(contentsOf: dialect == .rest ? Array(path) : FieldMaskPath.lowerCamel(path))
        }
        text.withUnsafeBytes { writer.string(utf8: $0) }
    }

    /// google.protobuf.Any: the type's URL and the message as bytes, since the type need not be known here.
    private func writeAny(_ message: UnsafeRawPointer, _ layout: Layout, to writer: inout JSONWriter) {
        let url = Self.bytes(at: message + Int(layout.pointee.fields[0].offset))
        let value = Self.bytes(at: message + Int(layout.pointee.fields[1].offset))
        writer.beginObject()
        if !url.isEmpty || !value.isEmpty {
            writer.name("@type" as StaticString)
            writer.string(utf8: url)
            writer.name("value" as StaticString)
            writer.plainString { Base64.append(value, to: &$0) }
        }
        writer.endObject()
    }

    private func load<Value: BitwiseCopyable>(
        _ message: UnsafeRawPointer, _ layout: Layout, _ index: Int, as type: Value.Type
    ) -> Value {
        message.load(fromByteOffset: Int(layout.pointee.fields[index].offset), as: type)
    }
}
