extension ProtobufMessage {
    /// Reads a message from JSON, strictly (RFC 8259; UTF-8; no member twice; nothing before or after).
    ///
    /// - Parameters:
    ///   - bytes: the whole text.
    ///   - limits: `maximumDepth` counts open objects and arrays here.
    /// - Throws: an error with the offset in the text and, where it is about a field, the field's path.
    public init(
        json bytes: RawSpan, dialect: JSONDialect = .standard, limits: DecodingLimits = .default
    ) throws(ProtobufError) {
        self.init(storage: try MessageStorage(json: bytes, Self.schema, dialect: dialect, limits: limits))
    }

    /// As ``init(json:dialect:limits:)-(RawSpan,_,_)``.
    public init(
        json bytes: [UInt8], dialect: JSONDialect = .standard, limits: DecodingLimits = .default
    ) throws(ProtobufError) {
        try self.init(json: bytes.span.bytes, dialect: dialect, limits: limits)
    }

    /// Reads a message of which the text is one field's value, as the body of a request may be
    /// (google/api/http.proto, `body`).
    ///
    /// - Parameter field: the field's name, of either kind. That there is none is an error.
    public init(
        json bytes: RawSpan, asField field: String, dialect: JSONDialect = .standard, limits: DecodingLimits = .default
    ) throws(ProtobufError) {
        self.init(
            storage: try MessageStorage(json: bytes, asField: field, Self.schema, dialect: dialect, limits: limits))
    }

    /// The message as JSON, without needless white space.
    ///
    /// Any message can be written. What JSON has no form for comes out as the nearest that it has: times and spans
    /// beyond their range as the end of it, a google.protobuf.Value that is not set, or not finite, as null.
    public func json(dialect: JSONDialect = .standard) -> [UInt8] {
        var writer = JSONWriter(reserving: 256)
        writeJSON(to: &writer, dialect: dialect)
        return writer.bytes
    }

    /// Writes the message as one value.
    public func writeJSON(to writer: inout JSONWriter, dialect: JSONDialect = .standard) {
        storage.write(to: &writer, dialect, membersOnly: false)
    }

    /// Writes the message's fields as members of the object that is open, so that others can stand beside them.
    ///
    /// Not for the well-known types that aren't objects in JSON.
    public func writeJSONMembers(to writer: inout JSONWriter, dialect: JSONDialect = .standard) {
        storage.write(to: &writer, dialect, membersOnly: true)
    }
}

extension MessageStorage {
    /// The most memory that is taken at once, before anything is known of the message, in bytes.
    private static var largestFirstBlock: Int { 64 * 1_024 }

    fileprivate init(
        json bytes: RawSpan, asField field: String? = nil, _ schema: MessageSchema, dialect: JSONDialect,
        limits: DecodingLimits
    ) throws(ProtobufError) {
        let layout = schema.layout
        let index = field.map { layout.pointee.json.index(of: $0) }
        if let field, let index, index < 0 {
            throw ProtobufError(.unknownField, field: field, "the message has no field of that name")
        }
        // The strings of a message are not longer than its JSON, so that mostly one block is enough.
        let expected = layout.pointee.structSize + bytes.byteCount + 128
        let arena = Arena.make(
            byteCount: min(expected, Self.largestFirstBlock, limits.maximumBytes), budget: limits.maximumBytes)
        let result = arena.withAllocator { allocator in
            bytes.withUnsafeBytes { bytes in
                var decoder = JSONDecoder(bytes, dialect, limits, allocator)
                return decoder.result(layout, field: index)
            }
        }
        arena.liftBudget()
        self.init(arena: arena, pointer: try result.get(), layout: layout)
    }

    fileprivate func write(to writer: inout JSONWriter, _ dialect: JSONDialect, membersOnly: Bool) {
        let encoder = JSONEncoder(dialect: dialect)
        withExtendedLifetime(arena) {
            if membersOnly {
                encoder.writeMembers(pointer, layout, to: &writer)
            } else {
                encoder.write(pointer, layout, to: &writer)
            }
        }
    }
}

extension JSONDecoder {
    /// ``decode(_:)`` or ``decode(field:of:)``, for callers that can't be thrown through.
    fileprivate mutating func result(
        _ layout: Layout, field: Int?
    ) -> Result<UnsafeMutableRawPointer, ProtobufError> {
        do throws(ProtobufError) {
            if let field { return .success(try decode(field: field, of: layout)) }
            return .success(try decode(layout))
        } catch {
            return .failure(error)
        }
    }
}
