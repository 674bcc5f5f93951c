internal import CZlib
internal import RPCCore

/// Why a compressed message could not be turned into what it was.
enum DecompressionError: Error, Hashable {
    /// It is longer than the limit. No more of it was made than shows that.
    case tooLarge(limit: Int)
    /// The bytes are not what the format says.
    case damaged(String)
}

/// zlib's decompressor for one message at a time: the only owner of its `z_stream`. It takes about 40 KiB.
struct Inflater: ~Copyable {
    /// At an address of its own: zlib keeps a pointer back to it.
    private let stream: UnsafeMutablePointer<z_stream>

    /// The first output is given that much room, and each further one as much as there is already.
    private static let firstBytes = 4 * 1_024

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let result = inflateInit2_(stream, MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(result == Z_OK, "no memory for zlib")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Replaces what is in `output` by what `input` was before it was compressed: at most `limit` bytes. The room for them
    /// grows as they come, whatever the input promises.
    mutating func inflate(
        _ input: UnsafeRawBufferPointer, _ compression: Compression, limit: Int, into output: inout ByteQueue
    ) throws(DecompressionError) {
        output.removeAll()
        inflateReset2(stream, compression.windowBits)
        stream.pointee.setInput(input)
        // A byte beyond the limit shows that there is more: stopping at it could not tell a message that just fits.
        let limit = min(limit, Int(Int32.max) - 1)
        var result = Z_OK
        repeat {
            let room = min(max(Self.firstBytes, output.count), limit + 1 - output.count)
            output.append(upTo: room) { target in
                stream.pointee.setOutput(target)
                result = CZlib.inflate(stream, Z_NO_FLUSH)
                return target.count - Int(stream.pointee.avail_out)
            }
            if output.count > limit { throw .tooLarge(limit: limit) }
        } while result == Z_OK
        if let damage = damage(result) { throw .damaged(damage) }
    }

    private func damage(_ result: Int32) -> String? {
        switch result {
        // RFC 1952 would allow further members after the first; no gRPC library makes them.
        case Z_STREAM_END: stream.pointee.avail_in == 0 ? nil : "there is something after its end"
        case Z_BUF_ERROR: "it is cut off"
        case Z_NEED_DICT: "it needs a dictionary"
        default: stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(result)"
        }
    }
}

extension Compression {
    /// What zlib calls the format: the largest window, and 16 for the gzip header and trailer.
    var windowBits: Int32 {
        switch self {
        case .deflate: MAX_WBITS
        case .gzip: MAX_WBITS + 16
        }
    }
}

extension z_stream {
    // The length of a message is 32 bits long (gRPC PROTOCOL-HTTP2, Length-Prefixed-Message), and so is zlib's.

    /// zlib does not write to it, though the type would let it.
    mutating func setInput(_ bytes: UnsafeRawBufferPointer) {
        next_in = UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        avail_in = UInt32(bytes.count)
    }

    mutating func setOutput(_ bytes: UnsafeMutableRawBufferPointer) {
        next_out = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        avail_out = UInt32(bytes.count)
    }
}
