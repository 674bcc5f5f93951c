internal import NIOCore

/// Tells an HTTP/1.1 connection that its peer has closed its side, as soon as that is so: NIO's handler for pipelining keeps
/// it back while there are requests that wait for the answer before theirs.
final class InputEndObserver: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let connection: HTTP1Connection

    init(_ connection: HTTP1Connection) {
        self.connection = connection
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { connection.inputEnded() }
        context.fireUserInboundEventTriggered(event)
    }
}
