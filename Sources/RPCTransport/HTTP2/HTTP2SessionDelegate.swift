/// What a session tells the connection that it belongs to. Called from inside nghttp2's callbacks: an implementation may
/// submit frames, but it may neither receive nor drain.
protocol HTTP2SessionDelegate: AnyObject {
    /// The peer opens a stream (server only). Nil refuses it (REFUSED_STREAM).
    func openStream(id: Int32) -> HTTP2Stream?
    /// The peer's SETTINGS have come and count from now on.
    func didReceiveSettings()
    /// A PING or the answer to one of ours; nghttp2 answers the former itself.
    func didReceivePing(isAcknowledgement: Bool, payload: UInt64)
    /// The peer starts no new streams (a client) or takes none above `lastStreamID` (a server).
    func didReceiveGoAway(lastStreamID: Int32, code: HTTP2ErrorCode, debug: String)
}
