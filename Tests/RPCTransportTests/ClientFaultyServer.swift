import NIOCore
import NIOPosix
import Synchronization

@testable import RPCTransport

/// A server that speaks HTTP/2 and does it badly, as each test wants: for what no good server can be made to do.
final class FaultyServer: Sendable {
    enum Fault: Sendable {
        /// RST_STREAM(REFUSED_STREAM) for that many streams, then good answers.
        case refuseStreams(Int)
        /// GOAWAY that disowns the first stream of each of that many connections, then good answers.
        case goAway(connections: Int)
        /// A connection that is closed once HTTP/2 is agreed on.
        case hangUp
        /// Never a byte.
        case silence
        /// Bytes that are not HTTP/2.
        case nonsense
        /// HTTP/2 is agreed on; after the first stream not a byte more.
        case fallSilent
        /// An answer to the first stream, then the connection is cut.
        case cutAfterFirstAnswer
    }

    let port: Int
    let connections = Counter()
    let closedConnections = Counter()
    private let channel: any Channel

    init(_ fault: Fault, group: any EventLoopGroup) async throws {
        let left = Counter()
        let connections = connections
        let closed = closedConnections
        channel = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    connections.add()
                    channel.closeFuture.whenComplete { _ in closed.add() }
                    try channel.pipeline.syncOperations.addHandler(FaultyConnection(fault, done: left))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    func close() async throws {
        try await channel.close()
    }
}

private final class FaultyConnection: ChannelInboundHandler, HTTP2SessionDelegate {
    typealias InboundIn = ByteBuffer

    let fault: FaultyServer.Fault
    /// How often the fault was committed.
    let done: Counter
    private var session: HTTP2Session!
    private var mustDisown = false
    private var isSilent = false
    fileprivate var mustCut = false

    init(_ fault: FaultyServer.Fault, done: Counter) {
        self.fault = fault
        self.done = done
        session = HTTP2Session(role: .server, configuration: HTTP2Configuration(), delegate: self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch fault {
        case .silence: return
        case .fallSilent where isSilent: return
        case .nonsense:
            context.writeAndFlush(NIOAny(ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\n\r\n")), promise: nil)
            return
        default: break
        }
        try? unwrapInboundIn(data).withUnsafeReadableBytes { bytes throws(HTTP2SessionError) in
            try session.receive(bytes)
        }
        _ = try? session.drain(upTo: .max)
        context.writeAndFlush(NIOAny(session.output), promise: nil)
        session.output = ByteBuffer()
        if mustDisown {
            // GOAWAY (RFC 9113 §6.8): stream 0 was the last, NO_ERROR.
            let goAway: [UInt8] = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
            context.writeAndFlush(NIOAny(ByteBuffer(bytes: goAway)), promise: nil)
            mustDisown = false
        }
        if case .hangUp = fault { mustCut = true }
        if mustCut { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        session.closeAllStreams(.cancel)
    }

    func openStream(id: Int32) -> HTTP2Stream? {
        switch fault {
        case .refuseStreams(let count) where done.now < count:
            done.add()
            return nil
        case .goAway(let count) where done.now < count:
            done.add()
            mustDisown = true
            return Answer(session, isSilent: true, connection: self)
        case .fallSilent:
            isSilent = true
            return Answer(session, isSilent: true, connection: self)
        default:
            return Answer(session, isSilent: false, connection: self)
        }
    }

    func didReceiveSettings() {}
    func didReceivePing(isAcknowledgement: Bool, payload: UInt64) {}
    func didReceiveGoAway(lastStreamID: Int32, code: HTTP2ErrorCode, debug: String) {}
}

/// An empty message and OK, or nothing.
private final class Answer: HTTP2Stream {
    private let session: HTTP2Session
    private let isSilent: Bool
    private let connection: FaultyConnection

    init(_ session: HTTP2Session, isSilent: Bool, connection: FaultyConnection) {
        self.session = session
        self.isSilent = isSilent
        self.connection = connection
    }

    override func receiveEnd() {
        guard !isSilent else { return }
        outgoing.bytes.append([0, 0, 0, 0, 0])
        outgoing.ending = .fixedTrailers(StatusFields.ok)
        session.submitResponse(StatusFields.responseHeaders, stream: self, hasBody: true)
        if case .cutAfterFirstAnswer = connection.fault { connection.mustCut = true }
    }
}
