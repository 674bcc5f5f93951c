/// One value of a field: the type says what the JSON has to be.
extension JSONDecoder {
    /// - Parameter slot: where the value goes, in a struct or an array.
    @inline(__always)
    mutating func readValue(
        into slot: UnsafeMutableRawPointer, _ index: Int, _ layout: Layout
    ) throws(ProtobufError) {
        try countElement()
        switch layout.pointee.fields[index].type {
        case .string:
            if dialect == .rest, layout.pointee.json.fields[index].isRawJSON {
                try store(UnsafeRawBufferPointer(try reader.readRawValue()), into: slot)
            } else {
                try store(UnsafeRawBufferPointer(try reader.readString()), into: slot)
            }
        case .bytes: try readBytes(into: slot)
        case .int32, .sint32, .sfixed32: slot.storeBytes(of: try readInteger("int32"), as: Int32.self)
        case .int64, .sint64, .sfixed64: slot.storeBytes(of: try readInteger("int64"), as: Int64.self)
        case .uint32, .fixed32: slot.storeBytes(of: try readInteger("uint32"), as: UInt32.self)
        case .uint64, .fixed64: slot.storeBytes(of: try readInteger("uint64"), as: UInt64.self)
        case .bool: slot.storeBytes(of: try readBool() ? 1 : 0, as: Int32.self)
        case .enumeration:
            slot.storeBytes(of: try readEnum(layout.pointee.json.fields + index), as: Int32.self)
        case .message:
            let message = try readMessage(layout.layout(ofMessageField: index))
            slot.storeBytes(of: message, as: UnsafeMutableRawPointer.self)
        case .double: slot.storeBytes(of: try readDouble(), as: Double.self)
        case .float: slot.storeBytes(of: try readFloat(), as: Float.self)
        }
    }

    /// The key of a map's entry from a member's name.
    mutating func readKey(
        _ name: UnsafeBufferPointer<UInt8>, at offset: Int, into entry: UnsafeMutableRawPointer, _ layout: Layout
    ) throws(ProtobufError) -> JSONMapKey {
        try countElement()
        let field = layout.pointee.fields
        let slot = entry + Int(field.pointee.offset)
        switch field.pointee.type {
        case .string:
            try store(UnsafeRawBufferPointer(name), into: slot)
            return .text(Array(name))
        case .bool:
            guard let value = FieldText.bool(name) else {
                throw reader.failure(.wrongType, "expected true or false as key", at: offset)
            }
            slot.storeBytes(of: value ? 1 : 0, as: Int32.self)
            return .number(value ? 1 : 0)
        case .int32, .sint32, .sfixed32:
            let value: Int32 = try integer(name, at: offset, "int32")
            slot.storeBytes(of: value, as: Int32.self)
            return .number(UInt64(truncatingIfNeeded: value))
        case .uint32, .fixed32:
            let value: UInt32 = try integer(name, at: offset, "uint32")
            slot.storeBytes(of: value, as: UInt32.self)
            return .number(UInt64(value))
        case .uint64, .fixed64:
            let value: UInt64 = try integer(name, at: offset, "uint64")
            slot.storeBytes(of: value, as: UInt64.self)
            return .number(value)
        default:
            let value: Int64 = try integer(name, at: offset, "int64")
            slot.storeBytes(of: value, as: Int64.self)
            return .number(UInt64(bitPattern: value))
        }
    }

    // MARK: Scalars

    private mutating func readBool() throws(ProtobufError) -> Bool {
        let kind = try reader.peek()
        let start = reader.position
        if kind == .bool { return try reader.readBool() }
        guard kind == .string, takesBoolInQuotes, let value = FieldText.bool(try reader.readString()) else {
            throw reader.failure(.wrongType, "expected true or false", at: start)
        }
        return value
    }

    /// A number, or a number in quotes.
    private mutating func readInteger<Integer: FixedWidthInteger>(
        _ type: StaticString
    ) throws(ProtobufError) -> Integer {
        let first = try reader.firstByte()
        let start = reader.position
        if first == UInt8(ascii: "\"") { return try integer(try reader.readString(), at: start, type) }
        guard first == UInt8(ascii: "-") || first &- UInt8(ascii: "0") < 10 else {
            throw reader.failure(.wrongType, "expected a whole number", at: start)
        }
        return try integer(JSONDecimal(try reader.readNumber()), at: start, type)
    }

    private func integer<Integer: FixedWidthInteger>(
        _ text: UnsafeBufferPointer<UInt8>, at offset: Int, _ type: StaticString
    ) throws(ProtobufError) -> Integer {
        guard JSONReader.isNumber(text) else {
            throw reader.failure(.wrongType, "expected a whole number", at: offset)
        }
        return try integer(JSONDecimal(text), at: offset, type)
    }

    private func integer<Integer: FixedWidthInteger>(
        _ decimal: JSONDecimal, at offset: Int, _ type: StaticString
    ) throws(ProtobufError) -> Integer {
        do throws(JSONDecimal.Misfit) {
            return try decimal.integer()
        } catch {
            switch error {
            case .notAnInteger: throw reader.failure(.wrongType, "expected a whole number", at: offset)
            case .outOfRange: throw reader.failure(.outOfRange, "out of the range of \(type)", at: offset)
            }
        }
    }

    private mutating func readDouble() throws(ProtobufError) -> Double {
        _ = try reader.firstByte()
        let start = reader.position
        guard let value = FieldText.double(try readNumberText()) else {
            throw reader.failure(.outOfRange, "not a number, or out of the range of double", at: start)
        }
        return value
    }

    private mutating func readFloat() throws(ProtobufError) -> Float {
        _ = try reader.firstByte()
        let start = reader.position
        guard let value = FieldText.float(try readNumberText()) else {
            throw reader.failure(.outOfRange, "not a number, or out of the range of float", at: start)
        }
        return value
    }

    /// The text of a number, or of a string that has to be one or a name of one.
    private mutating func readNumberText() throws(ProtobufError) -> UnsafeBufferPointer<UInt8> {
        switch try reader.peek() {
        case .string: return try reader.readString()
        default: return try reader.readNumber()
        }
    }

    private mutating func readEnum(_ names: UnsafePointer<JSONFieldNames>) throws(ProtobufError) -> Int32 {
        let kind = try reader.peek()
        let start = reader.position
        switch kind {
        case .string:
            let name = try reader.readString()
            guard let number = names.pointee.enumeration?.pointee.number(of: name, dialect) else {
                throw reader.failure(.unknownEnumName, "no such value", at: start)
            }
            return number
        case .number where dialect == .standard:
            return try integer(JSONDecimal(try reader.readNumber()), at: start, "int32")
        case .null where names.pointee.enumeration?.pointee.isNullValue == true:
            try reader.readNull()
            return 0
        default:
            throw reader.failure(.wrongType, "expected the name of a value", at: start)
        }
    }

    private mutating func readBytes(into slot: UnsafeMutableRawPointer) throws(ProtobufError) {
        _ = try reader.firstByte()
        let start = reader.position
        guard let bytes = Base64.decode(try reader.readString()) else {
            throw reader.failure(.malformed, "not base64", at: start)
        }
        try bytes.span.bytes.withUnsafeBytes { buffer throws(ProtobufError) in try store(buffer, into: slot) }
    }
}
