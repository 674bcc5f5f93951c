import CProtobufC

/// A message that has been measured, to be written: for callers that need the size first, such as for a length before it.
public struct SerializedForm: Sendable {
    /// The size of the message on the wire, in bytes.
    public let size: Int
    /// What protobuf-c is to encode. Held here, it can't change any more.
    private let storage: MessageStorage

    fileprivate init(_ message: MessageStorage) {
        storage = message.withNegativeZeros
        size = storage.withStruct { protobuf_c_message_get_packed_size($0) }
    }

    /// Writes the message as `size` bytes, and returns `size`. The same value always gives the same bytes: fields by number,
    /// map entries in the order in which they are kept, unknown fields last.
    ///
    /// Traps when the buffer is smaller than `size`.
    @discardableResult
    public func write(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        precondition(buffer.count >= size, "The buffer is smaller than the message.")
        guard size > 0, let start = buffer.baseAddress else { return 0 }
        return storage.withStruct { protobuf_c_message_pack($0, start.assumingMemoryBound(to: UInt8.self)) }
    }

    /// Whether there are bytes or a text in the message that `write(minimumLentBytes:copy:lend:)` would lend.
    public func holdsPart(ofAtLeast minimum: Int) -> Bool {
        size >= minimum && storage.layout.holdsPart(ofAtLeast: minimum, storage.pointer)
    }

    /// Hands out the message part by part: most of it to `copy`, and bytes and texts of at least `minimumLentBytes` (256 or more)
    /// to `lend`, which may keep them as long as it likes. The parts are `size` bytes together, the same as `write(into:)` writes.
    public func write(
        minimumLentBytes: Int, copy: (UnsafeRawBufferPointer) -> Void, lend: (LentBytes) -> Void
    ) {
        precondition(minimumLentBytes >= 256, "Small parts can't be lent.")
        guard size > 0 else { return }
        storage.withStruct {
            PartWriter.write(storage, $0, minimumLentBytes: minimumLentBytes, copy: copy, lend: lend)
        }
    }

    /// The bytes.
    public var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = write(into: UnsafeMutableRawBufferPointer(buffer))
        }
    }
}

extension MessageStorage {
    /// Measures the message, so that it can be written.
    public var serializedForm: SerializedForm { SerializedForm(self) }

    /// The size of the message on the wire, in bytes.
    public var serializedSize: Int { serializedForm.size }

    /// Writes the message as `serializedSize` bytes, and returns how many that were. Measures it first: a caller who asks for
    /// the size, too, saves time with `serializedForm`.
    ///
    /// Traps when the buffer is smaller than `serializedSize`.
    public func serialize(into buffer: UnsafeMutableRawBufferPointer) -> Int { serializedForm.write(into: buffer) }

    /// The message on the wire.
    public func serialized() -> [UInt8] { serializedForm.bytes }

    @inline(__always)
    fileprivate func withStruct<R>(_ body: (UnsafePointer<ProtobufCMessage>) -> R) -> R {
        withExtendedLifetime(self) { body(pointer.assumingMemoryBound(to: ProtobufCMessage.self)) }
    }

    /// This message, or one that protobuf-c encodes rightly: see `NegativeZero`.
    @inline(__always)
    fileprivate var withNegativeZeros: MessageStorage {
        layout.mayHoldNegativeZero && layout.holdsNegativeZero(pointer) ? addingNegativeZeros() : self
    }

    @inline(never)
    private func addingNegativeZeros() -> MessageStorage {
        let arena = Arena.make(byteCount: layout.byteCount(of: pointer))
        let copy = withExtendedLifetime(self) { layout.copy(pointer, into: arena) }
        layout.addNegativeZeros(copy, in: arena)
        return MessageStorage(arena: arena, pointer: copy, layout: layout)
    }
}

extension ProtobufMessage {
    /// Measures the message, so that it can be written.
    public var serializedForm: SerializedForm { storage.serializedForm }

    /// The size of the message on the wire, in bytes.
    public var serializedSize: Int { storage.serializedSize }

    /// Writes the message as `serializedSize` bytes, and returns how many that were. The same value always gives the same
    /// bytes. Measures it first: a caller who asks for the size, too, saves time with `serializedForm`.
    ///
    /// Traps when the buffer is smaller than `serializedSize`.
    public func serialize(into buffer: UnsafeMutableRawBufferPointer) -> Int { storage.serialize(into: buffer) }

    /// The message on the wire.
    public func serialized() -> [UInt8] { storage.serialized() }
}
