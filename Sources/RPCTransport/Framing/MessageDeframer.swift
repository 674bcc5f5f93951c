internal import NIOCore

/// Why a stream of messages can't be read on.
enum MessageFramingError: Error, Hashable {
    /// A message says that it is longer than the limit.
    case tooLarge(bytes: Int, limit: Int)
    /// A message says that it is compressed, and no encoding was agreed on.
    case compressed
    /// The flag byte is neither 0 nor 1.
    case malformedFlag(UInt8)
}

/// The messages that come on one stream, put together from DATA of any size. A message over the limit is refused as soon as
/// its prefix is there.
struct MessageDeframer {
    private var buffer: ByteBuffer
    private let maximumMessageBytes: Int

    init(maximumMessageBytes: Int, buffer: ByteBuffer = ByteBuffer()) {
        self.maximumMessageBytes = maximumMessageBytes
        self.buffer = buffer
    }

    /// Gives up the buffer, for another use of its memory. What it held is lost.
    mutating func takeBuffer() -> ByteBuffer {
        defer { buffer = ByteBuffer() }
        return buffer
    }

    /// Bytes that are kept.
    var bufferedBytes: Int { buffer.readableBytes }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        buffer.writeBytes(bytes)
    }

    mutating func removeAll() {
        buffer.clear()
    }

    /// The length of the next message, once its prefix is there.
    func nextLength() throws(MessageFramingError) -> Int? {
        guard buffer.readableBytes >= MessageFraming.prefixBytes else { return nil }
        let (flag, length) = buffer.withUnsafeReadableBytes {
            ($0[0], Int(UInt32(bigEndian: $0.loadUnaligned(fromByteOffset: 1, as: UInt32.self))))
        }
        if flag > 1 { throw .malformedFlag(flag) }
        if length > maximumMessageBytes { throw .tooLarge(bytes: length, limit: maximumMessageBytes) }
        if flag == 1 { throw .compressed }
        return length
    }

    /// Whether `next` would give a message (or throw).
    var hasMessage: Bool {
        do throws(MessageFramingError) {
            guard let length = try nextLength() else { return false }
            return buffer.readableBytes >= MessageFraming.prefixBytes + length
        } catch {
            return true
        }
    }

    /// Takes the next whole message and hands its bytes to `body`; nil if it isn't all there.
    mutating func next<R>(_ body: (UnsafeRawBufferPointer) throws -> R) throws -> R? {
        guard let length = try nextLength(), buffer.readableBytes >= MessageFraming.prefixBytes + length else {
            return nil
        }
        defer {
            buffer.moveReaderIndex(forwardBy: MessageFraming.prefixBytes + length)
            if buffer.readableBytes == 0 {
                buffer.clear()
            } else if buffer.readerIndex > 64 * 1024 {
                buffer.discardReadBytes()
            }
        }
        return try buffer.withUnsafeReadableBytes { bytes in
            try body(
                UnsafeRawBufferPointer(
                    rebasing: bytes[MessageFraming.prefixBytes..<(MessageFraming.prefixBytes + length)]))
        }
    }
}
