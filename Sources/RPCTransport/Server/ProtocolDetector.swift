internal import NIOCore

/// Reads the first bytes of a connection to see which protocol it speaks: HTTP/2 begins with a preface that is no request
/// of HTTP/1 (RFC 9113, section 3.4).
struct ProtocolDetection {
    enum Answer: Hashable {
        case http1
        case http2
        /// What has come is a beginning of the preface and not all of it.
        case unknown
    }

    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    static func detect(_ bytes: UnsafeRawBufferPointer) -> Answer {
        guard bytes.elementsEqual(preface.prefix(bytes.count)) || bytes.starts(with: preface) else { return .http1 }
        return bytes.count >= preface.count ? .http2 : .unknown
    }
}

/// The first handler of each connection. It keeps the bytes until it knows the protocol, puts in that protocol's
/// handlers and leaves.
final class ProtocolDetector: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let timeout: TimeAmount
    private let configure: (ProtocolDetection.Answer, any Channel) throws -> Void
    private var bytes = ByteBuffer()
    private var timer: Scheduled<Void>?
    private var isDone = false

    init(timeout: TimeAmount, configure: @escaping (ProtocolDetection.Answer, any Channel) throws -> Void) {
        self.timeout = timeout
        self.configure = configure
    }

    func handlerAdded(context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
            context.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDone else { return context.fireChannelRead(data) }
        var more = unwrapInboundIn(data)
        bytes.writeBuffer(&more)
        let answer = bytes.withUnsafeReadableBytes(ProtocolDetection.detect)
        if answer == .unknown { return }
        isDone = true
        timer?.cancel()
        do {
            try configure(answer, context.channel)
        } catch {
            return context.close(promise: nil)
        }
        context.fireChannelRead(wrapInboundOut(bytes))
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent, !isDone { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
