import CProtobufC

extension MessageStorage {
    /// Decodes a message.
    ///
    /// - Throws: `malformed`, `invalidUTF8`, `tooDeep`, `tooLarge` or `tooManyElements`, with the field's path and the offset
    ///   where they are known.
    public init(
        _ schema: MessageSchema, serialized bytes: RawSpan, limits: DecodingLimits = .default
    ) throws(ProtobufError) {
        if bytes.isEmpty {
            self.init(schema)
        } else {
            let layout = schema.layout
            self = try bytes.withUnsafeBytes { input throws(ProtobufError) in
                try MessageStorage(layout, unpacking: input, limits)
            }
        }
    }

    private init(_ layout: Layout, unpacking input: UnsafeRawBufferPointer, _ limits: DecodingLimits)
        throws(ProtobufError)
    {
        let scan = try Scan.run(input, as: layout, limits)
        // What is merged takes less than its parts, so there the arena grows as it is asked.
        let byteCount = scan.needsCanonicalForm ? min(scan.arenaByteCount, 4 * input.count) : scan.arenaByteCount
        let arena = Arena.make(byteCount: min(byteCount, limits.maximumBytes), budget: limits.maximumBytes)
        var message: UnsafeMutableRawPointer?
        var needsNormalization = scan.hasMaps
        if scan.needsCanonicalForm {
            let form = CanonicalForm(input, as: layout)
            needsNormalization = needsNormalization || form.hasMarks
            message = form.output.withUnsafeBytes { layout.unpack($0, in: arena) }
        } else {
            message = layout.unpack(input, in: arena)
        }
        guard let message else {
            if arena.isExhausted {
                throw ProtobufError(
                    .tooLarge, "The message would take more than \(limits.maximumBytes) bytes of memory.")
            }
            throw ProtobufError(.malformed, "The bytes are not a \(layout.schema.fullName).")
        }
        if needsNormalization { layout.normalize(message) }
        arena.liftBudget()
        self.init(arena: arena, pointer: message, layout: layout)
    }
}

extension UnsafePointer where Pointee == MessageLayout {
    fileprivate func unpack(_ input: UnsafeRawBufferPointer, in arena: Arena) -> UnsafeMutableRawPointer? {
        arena.withAllocator { allocator in
            UnsafeMutableRawPointer(
                protobuf_c_message_unpack(
                    pointee.descriptor, allocator, input.count, input.baseAddress?.assumingMemoryBound(to: UInt8.self)))
        }
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
