internal import Logging
internal import NIOCore
internal import NIOTLS

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

/// The first handler of each connection, behind that of TLS. It keeps the bytes until it knows the protocol, puts in that
/// protocol's handlers and leaves. What ALPN settled (RFC 7301) is known before the first byte.
final class ProtocolDetector: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let timeout: TimeAmount
    private let logger: Logger
    private let configure: (ProtocolDetection.Answer, any Channel) throws -> Void
    private var bytes = ByteBuffer()
    private var timer: Scheduled<Void>?
    private var isDone = false

    init(
        timeout: TimeAmount, logger: Logger,
        configure: @escaping (ProtocolDetection.Answer, any Channel) throws -> Void
    ) {
        self.timeout = timeout
        self.logger = logger
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
        if answer != .unknown { handOver(to: answer, context) }
    }

    private func handOver(to answer: ProtocolDetection.Answer, _ context: ChannelHandlerContext) {
        isDone = true
        timer?.cancel()
        do {
            try configure(answer, context.channel)
        } catch {
            return context.close(promise: nil)
        }
        if bytes.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(bytes)) }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard !isDone else { return context.fireUserInboundEventTriggered(event) }
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { return context.close(promise: nil) }
        if case .handshakeCompleted(let name)? = event as? TLSUserEvent {
            // A client that names none shows by its first bytes what it speaks.
            if name == TLSPolicy.http2 { return handOver(to: .http2, context) }
            if name == TLSPolicy.http1 { return handOver(to: .http1, context) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let peer = context.channel.remoteAddress?.text ?? ""
        logger.debug("closing a connection", metadata: ["peer": "\(peer)", "error": "\(error)"])
        context.close(promise: nil)
    }
}
