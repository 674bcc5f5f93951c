import CNghttp2

/// nghttp2 can't go on, or refuses what was submitted.
struct HTTP2SessionError: Error, Hashable, CustomStringConvertible {
    /// One of nghttp2's `NGHTTP2_ERR_…`.
    let libraryCode: Int32

    /// No new stream can be opened: the identifiers are used up, or a GOAWAY was sent or received.
    var isStreamNotAllowed: Bool {
        libraryCode == NGHTTP2_ERR_STREAM_ID_NOT_AVAILABLE.rawValue
            || libraryCode == NGHTTP2_ERR_START_STREAM_NOT_ALLOWED.rawValue
    }

    var description: String {
        "HTTP/2: " + String(cString: nghttp2_strerror(libraryCode))
    }
}
