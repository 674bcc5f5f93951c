import NIOCore

/// What a stream still has to send: bytes, and how it ends after them.
struct OutgoingBody {
    enum Ending {
        /// More may come.
        case open
        /// The last byte carries END_STREAM.
        case endStream
        /// Trailers follow the last byte.
        case fixedTrailers(FixedHeaderBlock)
        case trailers(HeaderBlock)
    }

    /// Bytes that are waiting for the peer's window or for the socket.
    var bytes = ByteBuffer()
    var ending = Ending.open
    /// nghttp2 asked for bytes when there were none; it has to be told when there are some.
    var isDeferred = false

    var queuedBytes: Int { bytes.readableBytes }

    var isOpen: Bool {
        if case .open = ending { return true }
        return false
    }

    /// Takes note that the first `count` bytes have gone, and gives space back.
    mutating func advance(by count: Int) {
        bytes.moveReaderIndex(forwardBy: count)
        if bytes.readableBytes == 0 {
            bytes.clear()
        } else if bytes.readerIndex > 256 * 1024 && bytes.readerIndex > bytes.readableBytes {
            bytes.discardReadBytes()
        }
    }
}
