import CProtobufC

extension MessageStorage {
    /// Decodes a message.
    ///
    /// - Throws: `malformed`, `invalidUTF8`, `tooDeep`, `tooLarge` or `tooManyElements`, with the field's path and the offset
    ///   where they are known.
    public init(
        _ schema: MessageSchema, serialized bytes: RawSpan, limits: DecodingLimits = .default
    ) throws(ProtobufError) {
        let layout = schema.layout
        let arena = Arena.make(byteCount: layout.pointee.structSize + bytes.byteCount * 2, budget: limits.maximumBytes)
        let message = bytes.withUnsafeBytes { input in
            arena.withAllocator { allocator in
                protobuf_c_message_unpack(
                    layout.pointee.descriptor, allocator, input.count,
                    input.baseAddress?.assumingMemoryBound(to: UInt8.self))
            }
        }
        guard let message else { throw ProtobufError(.malformed, "The bytes are not a \(schema.fullName).") }
        arena.liftBudget()
        self.init(arena: arena, pointer: UnsafeMutableRawPointer(message), layout: layout)
    }
}

extension ProtobufMessage {
    /// Decodes a message.
    ///
    /// - Throws: `malformed`, `invalidUTF8`, `tooDeep`, `tooLarge` or `tooManyElements`, with the field's path and the offset
    ///   where they are known.
    public init(serialized bytes: RawSpan, limits: DecodingLimits = .default) throws(ProtobufError) {
        self.init(storage: try MessageStorage(Self.schema, serialized: bytes, limits: limits))
    }

    /// Decodes a message.
    ///
    /// - Throws: as above.
    public init(serialized bytes: [UInt8], limits: DecodingLimits = .default) throws(ProtobufError) {
        try self.init(serialized: bytes.span.bytes, limits: limits)
    }
}
