internal import NIOCore
internal import ProtobufRuntime

/// gRPC's Length-Prefixed-Message: a compressed flag, four bytes of length (big-endian), the message.
enum MessageFraming {
    static let prefixBytes = 5

    @discardableResult
    static func write(_ message: some ProtobufMessage, to buffer: inout ByteBuffer) -> Int {
        write(message.storage, to: &buffer)
    }

    /// Encodes a message behind its prefix, with no buffer in between. Returns the bytes written.
    @discardableResult
    static func write(_ message: MessageStorage, to buffer: inout ByteBuffer) -> Int {
        let form = message.serializedForm
        return buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: prefixBytes + form.size) { target in
            write(form, into: target)
            return prefixBytes + form.size
        }
    }

    static func write(_ message: MessageStorage, to queue: inout ByteQueue) {
        let form = message.serializedForm
        queue.append(prefixBytes + form.size) { write(form, into: $0) }
    }

    private static func write(_ form: SerializedForm, into target: UnsafeMutableRawBufferPointer) {
        target[0] = 0
        target.storeBytes(of: UInt32(form.size).bigEndian, toByteOffset: 1, as: UInt32.self)
        form.write(into: UnsafeMutableRawBufferPointer(rebasing: target[prefixBytes..<(prefixBytes + form.size)]))
    }
}
