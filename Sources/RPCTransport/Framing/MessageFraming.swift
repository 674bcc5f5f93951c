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
        let size = form.size
        return buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: prefixBytes + size) { target in
            target[0] = 0
            target.storeBytes(of: UInt32(size).bigEndian, toByteOffset: 1, as: UInt32.self)
            let body = UnsafeMutableRawBufferPointer(rebasing: target[prefixBytes..<(prefixBytes + size)])
            return prefixBytes + form.write(into: body)
        }
    }
}
