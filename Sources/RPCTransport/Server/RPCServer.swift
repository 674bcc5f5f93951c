public import Logging
public import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import RPCCore

/// A server could not begin to listen.
public struct ServerStartError: Error, CustomStringConvertible {
    public var description: String
    public var cause: (any Error)?
}

/// Serves gRPC and HTTP on one port: HTTP/2 and HTTP/1.1, told apart by ALPN where there is TLS, or by their first bytes.
public final class RPCServer: Sendable {
    private let router: RPCRouter
    private let responder: any HTTPResponder
    private let configuration: TransportConfiguration
    private let tls: ServerTLS?
    private let group: any EventLoopGroup
    private let logger: Logger
    private let connections = ConnectionList()
    let load: ServerLoad
    private let pools = Guarded<[ObjectIdentifier: HandlerPool]>([:])
    private let listener = Guarded<(any Channel)?>(nil)

    /// - Parameters:
    ///   - tls: With it the port speaks nothing but TLS, 1.2 or newer; without it, nothing but plaintext.
    ///   - group: the event loops that connections are spread over. It stays the caller's.
    public init(
        router: RPCRouter, responder: any HTTPResponder, configuration: TransportConfiguration = .init(),
        tls: ServerTLS? = nil, group: any EventLoopGroup, logger: Logger
    ) {
        self.router = router
        self.responder = responder
        self.configuration = configuration
        self.tls = tls
        self.group = group
        self.logger = logger
        self.load = ServerLoad(configuration)
    }

    /// Begins to listen. Port 0 takes a free one; the address that is returned says which. A server can be started once.
    public func start(host: String, port: Int) async throws -> SocketAddress {
        try await start(at: "\(host):\(port)") { $0.bind(host: host, port: port) }
    }

    /// Begins to listen on a Unix domain socket. One that an earlier server has left there is replaced; another kind of
    /// file is not. Who may connect is said by the permissions of the directory that it is in.
    public func start(unixDomainSocketPath path: String) async throws -> SocketAddress {
        try await start(at: path) { $0.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true) }
    }

    private func start(
        at place: String, _ bind: (ServerBootstrap) -> EventLoopFuture<any Channel>
    ) async throws -> SocketAddress {
        do {
            let channel = try await bind(bootstrap).get()
            listener.withLock { $0 = channel }
            guard let address = channel.localAddress else {
                throw ServerStartError(description: "\(place) has no address", cause: nil)
            }
            return address
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw ServerStartError(description: "\(place) is in use by another program", cause: error)
        } catch let error as IOError where error.errnoCode == EACCES {
            throw ServerStartError(description: "\(place) may not be used by this user", cause: error)
        } catch let error as ServerStartError {
            throw error
        } catch {
            throw ServerStartError(description: "can't listen on \(place): \(error)", cause: error)
        }
    }

    /// Stops listening, tells every peer to go elsewhere, and returns when all that was under way is answered, or when
    /// `grace` is over: what is left then is cut off.
    public func shutdown(grace: Duration) async {
        if let channel = listener.withLock({ $0 }) { try? await channel.close().get() }
        let eventLoop = group.any()
        let closed = EventLoopFuture.andAllComplete(connections.beginShutdown(), on: eventLoop)
        let connections = self.connections
        let timer = eventLoop.scheduleTask(in: TimeAmount(grace)) { connections.closeAll() }
        try? await closed.get()
        timer.cancel()
        // Their idle tasks end while the event loops still run.
        pools.withLock { $0 = [:] }
    }

    private func handlers(of eventLoop: any EventLoop) -> HandlerPool {
        pools.withLock { pools in
            let key = ObjectIdentifier(eventLoop)
            if let pool = pools[key] { return pool }
            let pool = HandlerPool(eventLoop)
            pools[key] = pool
            return pool
        }
    }

    // MARK: Connections

    private var bootstrap: ServerBootstrap {
        let limit = configuration.maximumQueuedBytesPerConnection
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: CInt(clamping: configuration.listenBacklog))
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                // Without it, a process that is out of file descriptors would ask for connections without pause.
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // Finds peers of HTTP/1.1 that have vanished without a word; HTTP/2 has its own PINGs.
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: limit / 2, high: limit))
            // One read, and then it is the turn of the others.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.recvAllocator, value: HTTP2ServerConnection.ordinaryReads)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.accept(channel) }
            }
    }

    private func accept(_ channel: any Channel) throws {
        guard connections.add(channel, limit: configuration.maximumConnections) else {
            return channel.close(promise: nil)
        }
        let timeout = TimeAmount.seconds(Int64(configuration.headerTimeoutSeconds))
        // It also ends a TLS handshake that takes longer, and one that fails.
        let detector = ProtocolDetector(timeout: timeout, logger: logger) { answer, channel in
            try self.serve(channel, by: answer)
        }
        if let tls { try channel.pipeline.syncOperations.addHandler(tls.makeHandler()) }
        try channel.pipeline.syncOperations.addHandler(detector)
    }

    /// Puts in the handlers of the protocol that the peer speaks.
    private func serve(_ channel: any Channel, by answer: ProtocolDetection.Answer) throws {
        let handlers = handlers(of: channel.eventLoop)
        let pipeline = channel.pipeline.syncOperations
        var identity: PeerIdentity?
        if let tls { identity = tls.identity(by: try pipeline.handler(type: NIOSSLServerHandler.self)) }
        if answer == .http2 {
            let connection = HTTP2ServerConnection(
                router: router, responder: responder, configuration: configuration, load: load, logger: logger,
                handlers: handlers, channel: channel, peerIdentity: identity)
            try pipeline.addHandler(connection)
            connections.set(connection, of: channel)
        } else {
            let connection = HTTP1Connection(
                responder: responder, configuration: configuration, load: load, logger: logger, handlers: handlers,
                channel: channel, peerIdentity: identity)
            try pipeline.addHandler(InputEndObserver(connection))
            try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: true, withErrorHandling: true)
            try pipeline.addHandler(connection)
            connections.set(connection, of: channel)
        }
    }
}
