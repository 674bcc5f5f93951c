import CProtobufC

/// Bytes inside of a message, kept with it: what is large need not be copied to be sent.
///
/// @unchecked Sendable: whoever changes the message copies it first, since this holds it, too (see `Arena`).
public struct LentBytes: @unchecked Sendable {
    private let storage: MessageStorage
    private let start: UnsafePointer<UInt8>
    public let count: Int

    fileprivate init(_ storage: MessageStorage, _ start: UnsafePointer<UInt8>, _ count: Int) {
        self.storage = storage
        self.start = start
        self.count = count
    }

    /// Copies the bytes from `offset` on, as many as `target` takes.
    ///
    /// Traps when there are not as many.
    public func copy(from offset: Int, into target: UnsafeMutableRawBufferPointer) {
        precondition(offset >= 0 && offset + target.count <= count, "There are not as many bytes.")
        target.copyMemory(from: UnsafeRawBufferPointer(start: start + offset, count: target.count))
    }
}

/// The bytes of a message on their way out, part by part, as protobuf-c hands them out: what stands in the message as it
/// stands on the wire comes as a pointer to it.
struct PartWriter {
    /// protobuf-c's view of it; it has to come first.
    private var buffer = ProtobufCBuffer { buffer, count, bytes in
        if let buffer, let bytes, count > 0 { PartWriter.append(buffer, bytes, count) }
    }
    private let storage: MessageStorage
    private let minimumLentBytes: Int
    private let copy: (UnsafeRawBufferPointer) -> Void
    private let lend: (LentBytes) -> Void

    private init(
        _ storage: MessageStorage, minimumLentBytes: Int, copy: @escaping (UnsafeRawBufferPointer) -> Void,
        lend: @escaping (LentBytes) -> Void
    ) {
        self.storage = storage
        self.minimumLentBytes = minimumLentBytes
        self.copy = copy
        self.lend = lend
    }

    /// - Parameter minimumLentBytes: more than protobuf-c ever makes up itself, which are tags, lengths and numbers.
    static func write(
        _ storage: MessageStorage, _ message: UnsafePointer<ProtobufCMessage>, minimumLentBytes: Int,
        copy: (UnsafeRawBufferPointer) -> Void, lend: (LentBytes) -> Void
    ) {
        withoutActuallyEscaping(copy) { copy in
            withoutActuallyEscaping(lend) { lend in
                var writer = PartWriter(storage, minimumLentBytes: minimumLentBytes, copy: copy, lend: lend)
                withUnsafeMutableBytes(of: &writer) { bytes in
                    _ = protobuf_c_message_pack_to_buffer(
                        message, bytes.baseAddress?.assumingMemoryBound(to: ProtobufCBuffer.self))
                }
            }
        }
    }

    private static func append(
        _ buffer: UnsafeMutablePointer<ProtobufCBuffer>, _ bytes: UnsafePointer<UInt8>, _ count: Int
    ) {
        let writer = UnsafeRawPointer(buffer).assumingMemoryBound(to: PartWriter.self)
        if count >= writer.pointee.minimumLentBytes {
            writer.pointee.lend(LentBytes(writer.pointee.storage, bytes, count))
        } else {
            writer.pointee.copy(UnsafeRawBufferPointer(start: bytes, count: count))
        }
    }
}
