/// What a stream still has to send: bytes, and how it ends after them.
struct OutgoingBody: ~Copyable {
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
    var bytes = ByteQueue()
    var ending = Ending.open
    /// nghttp2 asked for bytes when there were none; it has to be told when there are some.
    var isDeferred = false

    init() {}

    var queuedBytes: Int { bytes.count }
}
