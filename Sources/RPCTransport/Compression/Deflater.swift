internal import CZlib
internal import RPCCore

/// zlib's compressor for one message at a time: the only owner of its `z_stream`. It takes 256 KiB, and setting those up costs
/// more than compressing a small message: it is made once and used again.
struct Deflater: ~Copyable {
    /// At an address of its own: zlib keeps a pointer back to it.
    private let stream: UnsafeMutablePointer<z_stream>

    /// zlib's own default.
    private static let memoryLevel: Int32 = 8

    init(_ compression: Compression) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // The quickest level: an event loop waits for it. On chat text the default takes four times as long for a fifth less.
        let result = deflateInit2_(
            stream, Z_BEST_SPEED, Z_DEFLATED, compression.windowBits, Self.memoryLevel, Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        precondition(result == Z_OK, "no memory for zlib")
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Compresses `input` into `output`, and returns how long the result is; nil if there is not enough room for it.
    mutating func deflate(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Int? {
        deflateReset(stream)
        stream.pointee.setInput(input)
        stream.pointee.setOutput(output)
        guard CZlib.deflate(stream, Z_FINISH) == Z_STREAM_END else { return nil }
        return output.count - Int(stream.pointee.avail_out)
    }
}
