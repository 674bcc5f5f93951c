/// What a session tells the connection that it belongs to. Called from inside nghttp2's callbacks: an implementation may
/// submit frames, but it may neither receive nor drain.
protocol HTTP2SessionDelegate: AnyObject {
    /// The peer opens a stream (server only). Nil refuses it (REFUSED_STREAM).
    func openStream(id: Int32) -> HTTP2Stream?
    /// The peer's SETTINGS have come and count from now on.
    func didReceiveSettings()
    /// A PING or the answer to one of ours; nghttp2 answers the former itself.
    func didReceivePing(isAcknowledgement: Bool, payload: UInt64)
    /// A frame has come that asks for nothing (all kinds but PING, which has a call of its own), or that is wrong.
    func didReceive(_ frame: FrameMeter.Frame)
    /// A part of a body has come that is not empty.
    func didReceiveBody()
    /// So many bytes of a body have left in one frame, with or without more that wait.
    func didSendBody(_ count: Int, isAllThatWaited: Bool)
    /// A response has been submitted.
    func didAnswer()
    /// The peer starts no new streams (a client) or takes none above `lastStreamID` (a server).
    func didReceiveGoAway(lastStreamID: Int32, code: HTTP2ErrorCode, debug: String)
}

extension HTTP2SessionDelegate {
    func didReceive(_ frame: FrameMeter.Frame) {}
    func didReceiveBody() {}
    func didSendBody(_ count: Int, isAllThatWaited: Bool) {}
    func didAnswer() {}
}
