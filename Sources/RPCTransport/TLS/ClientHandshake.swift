internal import NIOCore
internal import NIOSSL
internal import NIOTLS

/// Waits for the end of the TLS handshake, behind the handler that does it, and leaves.
final class ClientHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let deadline: NIODeadline
    private var done: EventLoopPromise<Void>!
    private var timer: Scheduled<Void>?
    private var isDone = false

    init(deadline: NIODeadline) {
        self.deadline = deadline
    }

    /// Succeeds when HTTP/2 may be spoken, or fails with a ``TLSFailure``.
    var result: EventLoopFuture<Void> { done.futureResult }

    func handlerAdded(context: ChannelHandlerContext) {
        done = context.eventLoop.makePromise()
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            self.fail(TLSFailure("the TLS handshake took too long"), context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        fail(TLSFailure("the connection was closed in the TLS handshake"), context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .handshakeCompleted(let name)? = event as? TLSUserEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        guard name == TLSPolicy.http2 else {
            return fail(TLSFailure("the server does not speak HTTP/2 there (ALPN: \(name ?? "none"))"), context)
        }
        isDone = true
        timer?.cancel()
        done.succeed()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(TLSFailure(error), context)
    }

    private func fail(_ failure: TLSFailure, _ context: ChannelHandlerContext) {
        guard !isDone else { return }
        isDone = true
        timer?.cancel()
        done.fail(failure)
        context.close(promise: nil)
    }
}
