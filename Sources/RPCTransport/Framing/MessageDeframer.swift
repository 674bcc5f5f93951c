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
struct MessageDeframer: ~Copyable {
    private var bytes: ByteQueue
    private let maximumMessageBytes: Int
    /// The length of the message that is coming, once its prefix has been read.
    private var length: Int?
    /// Whether it is compressed.
    private var isCompressed = false
    /// Whether messages may be compressed: the peer has named an encoding.
    var acceptsCompressed = false

    init(maximumMessageBytes: Int, bytes: consuming ByteQueue = ByteQueue()) {
        self.maximumMessageBytes = maximumMessageBytes
        self.bytes = bytes
    }

    /// Bytes that are kept.
    var bufferedBytes: Int { bytes.count }

    mutating func append(_ more: UnsafeRawBufferPointer) {
        bytes.append(more)
    }

    mutating func removeAll() {
        bytes.removeAll()
        length = nil
    }

    /// Gives the memory up, for another use. What it held is lost.
    mutating func giveMemory(to spare: inout SpareMemory) {
        length = nil
        spare.take(from: &bytes)
    }

    /// The length of the next message, once its prefix is there.
    mutating func nextLength() throws(MessageFramingError) -> Int? {
        if let length { return length }
        guard bytes.count >= MessageFraming.prefixBytes else { return nil }
        let (flag, length) = bytes.withBytes {
            ($0[0], Int(UInt32(bigEndian: $0.loadUnaligned(fromByteOffset: 1, as: UInt32.self))))
        }
        if flag > 1 { throw .malformedFlag(flag) }
        if length > maximumMessageBytes { throw .tooLarge(bytes: length, limit: maximumMessageBytes) }
        if flag == 1, !acceptsCompressed { throw .compressed }
        self.length = length
        isCompressed = flag == 1
        return length
    }

    /// Whether `next` would give a message (or throw).
    var hasMessage: Bool {
        mutating get {
            do throws(MessageFramingError) {
                guard let length = try nextLength() else { return false }
                return bytes.count >= MessageFraming.prefixBytes + length
            } catch {
                return true
            }
        }
    }

    /// Takes the next whole message and hands its bytes to `body`, and whether they are compressed; nil if it isn't all
    /// there.
    mutating func next<R>(_ body: (UnsafeRawBufferPointer, _ isCompressed: Bool) throws -> R) throws -> R? {
        guard let length = try nextLength(), bytes.count >= MessageFraming.prefixBytes + length else { return nil }
        let end = MessageFraming.prefixBytes + length
        defer {
            bytes.removeFirst(end)
            self.length = nil
        }
        return try bytes.withBytes {
            try body(UnsafeRawBufferPointer(rebasing: $0[MessageFraming.prefixBytes..<end]), isCompressed)
        }
    }
}
