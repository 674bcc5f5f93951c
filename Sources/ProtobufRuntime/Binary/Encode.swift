import CProtobufC

extension MessageStorage {
    /// The size of the message on the wire, in bytes.
    public var serializedSize: Int { withWireForm { protobuf_c_message_get_packed_size($0) } }

    /// Writes the message as `serializedSize` bytes, and returns how many that were. The same value always gives the same
    /// bytes: fields by number, map entries in the order in which they are kept, unknown fields last.
    ///
    /// Traps when the buffer is smaller than `serializedSize`.
    public func serialize(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        withWireForm { message in
            let size = protobuf_c_message_get_packed_size(message)
            precondition(buffer.count >= size, "The buffer is smaller than the message.")
            guard size > 0, let start = buffer.baseAddress else { return 0 }
            return protobuf_c_message_pack(message, start.assumingMemoryBound(to: UInt8.self))
        }
    }

    /// The message on the wire.
    public func serialized() -> [UInt8] {
        withWireForm { message in
            let size = protobuf_c_message_get_packed_size(message)
            guard size > 0 else { return [] }
            return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                count = protobuf_c_message_pack(message, buffer.baseAddress)
            }
        }
    }

    /// The struct as protobuf-c is to encode it.
    @inline(__always)
    private func withWireForm<R>(_ body: (UnsafePointer<ProtobufCMessage>) -> R) -> R {
        if layout.mayHoldNegativeZero, layout.holdsNegativeZero(pointer) { return withNegativeZeros(body) }
        return withExtendedLifetime(self) { body(pointer.assumingMemoryBound(to: ProtobufCMessage.self)) }
    }

    @inline(never)
    private func withNegativeZeros<R>(_ body: (UnsafePointer<ProtobufCMessage>) -> R) -> R {
        let arena = Arena.make(byteCount: layout.byteCount(of: pointer))
        let copy = layout.copy(pointer, into: arena)
        layout.addNegativeZeros(copy, in: arena)
        return withExtendedLifetime((self, arena)) { body(copy.assumingMemoryBound(to: ProtobufCMessage.self)) }
    }
}

extension ProtobufMessage {
    /// The size of the message on the wire, in bytes.
    public var serializedSize: Int { storage.serializedSize }

    /// Writes the message as `serializedSize` bytes, and returns how many that were. The same value always gives the same
    /// bytes.
    ///
    /// Traps when the buffer is smaller than `serializedSize`.
    public func serialize(into buffer: UnsafeMutableRawBufferPointer) -> Int { storage.serialize(into: buffer) }

    /// The message on the wire.
    public func serialized() -> [UInt8] { storage.serialized() }
}
