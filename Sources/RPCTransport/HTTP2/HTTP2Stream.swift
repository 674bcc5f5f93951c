/// One stream of a connection; the server and the client each have a subclass.
///
/// Everything happens on the connection's event loop. The `receive…` and `did…` methods are called from inside nghttp2's
/// callbacks: they may submit frames, but they may neither receive nor drain.
class HTTP2Stream {
    enum HeadersKind: Sendable, Hashable {
        /// A request's header section.
        case request
        /// A response's header section, 1xx included.
        case response
        /// What comes after the body, or (at a client) the final response after a 1xx one.
        case later
    }

    // Touched for every frame: like the session's, without the check at run time of exclusive access.

    /// 0 until the stream is open.
    @exclusivity(unchecked) final var id: Int32 = 0
    @exclusivity(unchecked) final var outgoing = OutgoingBody()

    // The session's list of open streams. The session keeps those alive that are in it.
    @exclusivity(unchecked) final unowned(unsafe) var nextOpen: HTTP2Stream?
    @exclusivity(unchecked) final unowned(unsafe) var previousOpen: HTTP2Stream?
    /// Whether the peer's END_STREAM has come.
    @exclusivity(unchecked) final var peerHasEnded = false
    /// The stream is to be reset when our END_STREAM has gone, unless the peer has ended it by then.
    @exclusivity(unchecked) final var resetsAfterEnd = false
    /// Set by the session, from the time that the stream is open until it is closed.
    @exclusivity(unchecked) final var isOpen = false

    init() {}

    /// A whole header block. The headers are the connection's and gone after the call.
    func receiveHeaders(_ headers: borrowing ReceivedHeaders, kind: HeadersKind) {}

    /// Part of the body. The connection's window has been given back already; the stream's is given back by
    /// `HTTP2Session.consume`, when the bytes don't take up room any more.
    func receiveData(_ bytes: UnsafeRawBufferPointer) {}

    /// The peer has ended its side.
    func receiveEnd() {}

    /// Bytes of the outgoing body have left for the socket.
    func didSendData(_ count: Int) {}

    /// The stream is over; with `noError` both sides ended it.
    func didClose(_ code: HTTP2ErrorCode) {}
}

extension HTTP2Stream {
    /// Called by the session.
    final func end() {
        peerHasEnded = true
        receiveEnd()
    }
}
