/// The messages that the proto3 JSON mapping writes in a way of their own. Their fields are named here by index, that
/// is, in the order of their numbers.
extension JSONDecoder {
    mutating func read(
        _ type: WellKnownType, into message: UnsafeMutableRawPointer, _ layout: Layout
    ) throws(ProtobufError) {
        switch type {
        case .timestamp:
            let start = try startOfValue()
            guard let time = TimestampText(try reader.readString()) else {
                throw reader.failure(.malformed, "expected an RFC 3339 time such as 2026-01-31T12:00:00Z", at: start)
            }
            store(time.seconds, time.nanos, into: message, layout)
        case .duration:
            let start = try startOfValue()
            guard let span = DurationText(try reader.readString()) else {
                throw reader.failure(.malformed, "expected seconds such as 1.5s", at: start)
            }
            store(span.seconds, span.nanos, into: message, layout)
        case .doubleValue, .floatValue, .int64Value, .uint64Value, .int32Value, .uint32Value, .boolValue,
            .stringValue, .bytesValue:
            try readValue(into: message + Int(layout.pointee.fields[0].offset), 0, layout)
        case .structure: try readEntries(of: 0, into: message, layout)
        case .listValue: try readElements(of: 0, into: message, layout)
        case .value: try readDynamic(into: message, layout)
        case .fieldMask: try readMask(into: message, layout)
        case .any: try readAny(into: message, layout)
        case .empty: try reader.skipValue()
        }
    }

    private mutating func startOfValue() throws(ProtobufError) -> Int {
        _ = try reader.firstByte()
        return reader.position
    }

    private func store(_ seconds: Int64, _ nanos: Int32, into message: UnsafeMutableRawPointer, _ layout: Layout) {
        (message + Int(layout.pointee.fields[0].offset)).storeBytes(of: seconds, as: Int64.self)
        (message + Int(layout.pointee.fields[1].offset)).storeBytes(of: nanos, as: Int32.self)
    }

    /// google.protobuf.Value: the member of its oneof that the JSON is.
    private mutating func readDynamic(into message: UnsafeMutableRawPointer, _ layout: Layout) throws(ProtobufError) {
        let index =
            switch try reader.peek() {
            case .null: 0
            case .number: 1
            case .string: 2
            case .bool: 3
            case .object: 4
            case .array: 5
            }
        let field = layout.pointee.fields + index
        try readValue(into: message + Int(field.pointee.offset), index, layout)
        (message + Int(field.pointee.quantifier)).storeBytes(of: field.pointee.number, as: UInt32.self)
    }

    /// google.protobuf.FieldMask: paths with commas between them. By REST they may be as in the proto, too.
    private mutating func readMask(into message: UnsafeMutableRawPointer, _ layout: Layout) throws(ProtobufError) {
        let start = try startOfValue()
        // A copy: the paths are stored one by one, which may move the reader's memory for strings.
        let text = Array(try reader.readString())
        if dialect == .standard, text.contains(UInt8(ascii: "_")) {
            throw reader.failure(.malformed, "expected paths in lowerCamelCase", at: start)
        }
        guard !text.isEmpty else { return }
        var elements = JSONElements(stride: Int(layout.pointee.fields[0].stride))
        try text.withUnsafeBufferPointer { text throws(ProtobufError) in
            for path in text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
                guard !path.isEmpty else {
                    throw reader.failure(.malformed, "an empty path", at: start)
                }
                try countElement()
                let slot = try nextSlot(&elements)
                try FieldMaskPath.snake(path).span.bytes.withUnsafeBytes { path throws(ProtobufError) in
                    try store(path, into: slot)
                }
            }
        }
        elements.store(into: message, layout.pointee.fields)
    }

    /// google.protobuf.Any: `{"@type": …, "value": base64}`, or an empty object.
    private mutating func readAny(into message: UnsafeMutableRawPointer, _ layout: Layout) throws(ProtobufError) {
        try reader.beginObject()
        var isFirst = true
        var seen = FieldSet()
        while let name = try reader.nextMember(&isFirst) {
            let start = reader.memberOffset
            let index = name.elementsEqual("@type".utf8) ? 0 : name.elementsEqual("value".utf8) ? 1 : -1
            guard index >= 0 else {
                guard dialect == .rest else {
                    throw reader.failure(.unknownField, "expected @type and value", at: start)
                }
                try reader.skipValue()
                continue
            }
            guard seen.insert(index) else {
                throw reader.failure(.malformed, "the member is there twice", at: start)
            }
            do throws(ProtobufError) {
                try readValue(into: message + Int(layout.pointee.fields[index].offset), index, layout)
            } catch {
                throw error.within(layout.schema.fields[index].name)
            }
        }
    }
}
