import CProtobufC

extension MessageStorage {
    /// The size of the message on the wire, in bytes.
    public var serializedSize: Int {
        withExtendedLifetime(self) {
            protobuf_c_message_get_packed_size(pointer.assumingMemoryBound(to: ProtobufCMessage.self))
        }
    }

    /// Writes the message as `serializedSize` bytes, and returns how many that were. The same value always gives the same
    /// bytes: fields by number, map entries in the order in which they are kept, unknown fields last.
    ///
    /// Traps when the buffer is smaller than `serializedSize`.
    public func serialize(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let size = serializedSize
        precondition(buffer.count >= size, "The buffer is smaller than the message.")
        guard size > 0, let start = buffer.baseAddress else { return 0 }
        return withExtendedLifetime(self) {
            protobuf_c_message_pack(
                pointer.assumingMemoryBound(to: ProtobufCMessage.self), start.assumingMemoryBound(to: UInt8.self))
        }
    }
}

extension ProtobufMessage {
    /// The size of the message on the wire, in bytes.
    public var serializedSize: Int { storage.serializedSize }

    /// Writes the message as `serializedSize` bytes, and returns how many that were.
    ///
    /// Traps when the buffer is smaller than `serializedSize`.
    public func serialize(into buffer: UnsafeMutableRawBufferPointer) -> Int { storage.serialize(into: buffer) }

    /// The message on the wire.
    public func serialized() -> [UInt8] {
        let size = serializedSize
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = storage.serialize(into: UnsafeMutableRawBufferPointer(buffer))
        }
    }
}
