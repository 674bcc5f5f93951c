internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// The way to a client's TLS connection.
enum ClientTLS {
    /// Connects, shakes hands, and is done when HTTP/2 may be spoken.
    ///
    /// - Parameters:
    ///   - bootstrap: without an initializer.
    ///   - addConnection: puts in what speaks HTTP/2.
    static func connect(
        _ bootstrap: ClientBootstrap, to address: ServerAddress, serverName: String,
        _ configuration: ClientTLSConfiguration,
        loop: any EventLoop, deadline: NIODeadline, addConnection: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        let name = configuration.serverName ?? serverName
        // On a thread of its own: hundreds of certificates are read where the system's authorities count.
        let context = NIOThreadPool.singleton.runIfActive(eventLoop: loop) {
            try ClientTLSFiles.context(configuration)
        }
        return context.assumeIsolated().flatMap { context in
            bootstrap
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try addHandlers(to: channel, context, serverName: name, deadline: deadline)
                        try addConnection(channel)
                    }
                }
                .connect(to: address)
        }.nonisolated().flatMap { channel in
            // The handshake has only begun: its handler is still there.
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.handler(type: ClientHandshake.self).result
            }.flatMap { $0 }.map { channel }
        }
    }

    private static func addHandlers(
        to channel: any Channel, _ context: NIOSSLContext, serverName: String, deadline: NIODeadline
    ) throws {
        // An address is not sent (RFC 6066 §3), and is compared with the addresses of the certificate.
        let isAddress = (try? SocketAddress(ipAddress: serverName, port: 0)) != nil
        let tls = try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : serverName)
        try channel.pipeline.syncOperations.addHandler(tls)
        try channel.pipeline.syncOperations.addHandler(ClientHandshake(deadline: deadline))
    }
}
