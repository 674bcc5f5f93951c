internal import NIOCore
internal import ProtobufRuntime
internal import RPCCore

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

    /// Parts of messages that are at least as long are not copied until they are sent.
    private static let minimumLentBytes = 32 * 1_024

    static func write(_ message: MessageStorage, to body: inout OutgoingBody) {
        let form = message.serializedForm
        // Part by part is slower where the parts are small.
        if form.holdsPart(ofAtLeast: minimumLentBytes) {
            lend(form, to: &body)
        } else {
            body.bytes.append(prefixBytes + form.size) { write(form, into: $0) }
        }
    }

    private static func lend(_ form: SerializedForm, to body: inout OutgoingBody) {
        body.bytes.append(prefixBytes) { writePrefix(of: form, into: $0) }
        form.write(minimumLentBytes: minimumLentBytes) {
            body.bytes.append($0)
        } lend: {
            body.lend($0)
        }
    }

    /// The same, compressed where that makes the message smaller.
    static func write(_ message: MessageStorage, _ compression: Compression, to queue: inout ByteQueue) {
        let form = message.serializedForm
        queue.append(upTo: prefixBytes + form.size) { write(form, compression, into: $0) }
    }

    static func write(_ message: MessageStorage, _ compression: Compression, to buffer: inout ByteBuffer) {
        let form = message.serializedForm
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: prefixBytes + form.size) { target in
            write(form, compression, into: target)
        }
    }

    /// Returns the bytes written.
    private static func write(
        _ form: SerializedForm, _ compression: Compression, into target: UnsafeMutableRawBufferPointer
    ) -> Int {
        let rest = UnsafeMutableRawBufferPointer(rebasing: target[prefixBytes..<(prefixBytes + form.size)])
        guard let count = MessageCompressor.ofThisThread.compress(form, compression, into: rest) else {
            write(form, into: target)
            return prefixBytes + form.size
        }
        target[0] = 1
        target.storeBytes(of: UInt32(count).bigEndian, toByteOffset: 1, as: UInt32.self)
        return prefixBytes + count
    }

    private static func writePrefix(of form: SerializedForm, into target: UnsafeMutableRawBufferPointer) {
        target[0] = 0
        target.storeBytes(of: UInt32(form.size).bigEndian, toByteOffset: 1, as: UInt32.self)
    }

    private static func write(_ form: SerializedForm, into target: UnsafeMutableRawBufferPointer) {
        writePrefix(of: form, into: target)
        form.write(into: UnsafeMutableRawBufferPointer(rebasing: target[prefixBytes..<(prefixBytes + form.size)]))
    }
}
