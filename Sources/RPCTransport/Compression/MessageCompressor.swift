internal import NIOPosix
internal import ProtobufRuntime
internal import RPCCore

/// Compresses and decompresses whole messages.
///
/// Each thread has one, made when it is first needed: a message is worked off in one go, so that the connections of an event
/// loop, and all that run on a thread, can share it. A thousand connections then don't cost a quarter of a gigabyte.
///
/// @unchecked Sendable: only the thread that it belongs to can get at it.
final class MessageCompressor: @unchecked Sendable {
    private static let perThread = ThreadSpecificVariable<MessageCompressor>()
    /// Memory that is kept for the next message.
    private static let maximumKeptBytes = 256 * 1_024

    static var ofThisThread: MessageCompressor {
        if let compressor = perThread.currentValue { return compressor }
        let made = MessageCompressor()
        perThread.currentValue = made
        return made
    }

    private var inflater = Inflater()
    private var gzip: Deflater?
    private var deflate: Deflater?
    /// A message, not compressed.
    private var scratch = ByteQueue()

    /// Hands what `bytes` were before they were compressed to `body`, which must not suspend, nor come back here.
    func withDecompressed<R>(
        _ bytes: UnsafeRawBufferPointer, _ compression: Compression, limit: Int,
        _ body: (UnsafeRawBufferPointer) throws -> R
    ) throws -> R {
        // Some compress an empty message to nothing at all.
        if bytes.isEmpty { return try body(bytes) }
        defer { shrink() }
        try inflater.inflate(bytes, compression, limit: limit, into: &scratch)
        return try scratch.withBytes(body)
    }

    /// Compresses a message into `target`, which is as long as the message. Returns the length of the result; nil if it
    /// would not be smaller than the message.
    func compress(_ form: SerializedForm, _ compression: Compression, into target: UnsafeMutableRawBufferPointer)
        -> Int?
    {
        guard form.size > 0 else { return nil }
        defer { shrink() }
        scratch.removeAll()
        scratch.append(form.size) { form.write(into: $0) }
        let room = UnsafeMutableRawBufferPointer(rebasing: target[..<(form.size - 1)])
        return scratch.withBytes { compress($0, compression, into: room) }
    }

    /// Compresses bytes. Returns the length of the result; nil if `target` is too short for it.
    func compress(
        _ bytes: UnsafeRawBufferPointer, _ compression: Compression, into target: UnsafeMutableRawBufferPointer
    ) -> Int? {
        switch compression {
        case .gzip:
            if gzip == nil { gzip = Deflater(.gzip) }
            return gzip?.deflate(bytes, into: target)
        case .deflate:
            if deflate == nil { deflate = Deflater(.deflate) }
            return deflate?.deflate(bytes, into: target)
        }
    }

    private func shrink() {
        if scratch.capacity > Self.maximumKeptBytes { scratch = ByteQueue() }
    }
}
