/// What one end of a connection tells the other, and the limits that it holds it to.
struct HTTP2Configuration: Sendable {
    /// SETTINGS_MAX_CONCURRENT_STREAMS: streams that the peer may have open at once.
    var maximumConcurrentStreams: UInt32 = 1_000
    /// SETTINGS_INITIAL_WINDOW_SIZE: bytes of DATA that the peer may send on a stream before some are consumed.
    var streamWindowBytes: UInt32 = 256 * 1024
    /// Bytes of DATA that the peer may send on all streams together before some are consumed.
    var connectionWindowBytes: Int32 = 4 * 1024 * 1024
    /// Most bytes of one header block: names, values and 32 for each field (RFC 9113, section 6.5.2).
    var maximumHeaderBytes: Int = 16 * 1024
    /// Most fields of one header block.
    var maximumHeaderFields: Int = 100

    init() {}
}
