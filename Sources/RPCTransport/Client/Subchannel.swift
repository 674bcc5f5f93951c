import NIOCore
import NIOPosix
import RPCCore

/// One server of a channel, and the connections to it.
final class Subchannel {
    let id: LoadBalancer.ID
    let address: ServerAddress
    let core: ChannelCore

    /// The connection that takes new calls.
    private(set) var current: ClientConnection?
    /// The one that waits for the server's SETTINGS.
    private var coming: ClientConnection?
    /// All of them, those that only finish what they have included.
    private var connections: [ClientConnection] = []
    private var isConnecting = false
    /// No new connections: the server is no longer in the list, or the channel is closed.
    private var isRetired = false

    init(id: LoadBalancer.ID, address: ServerAddress, core: ChannelCore) {
        self.id = id
        self.address = address
        self.core = core
    }

    var configuration: ClientChannelConfiguration { core.configuration }

    func flush() {
        for connection in connections {
            connection.flush()
            connection.closeIfDone()
        }
    }

    // MARK: Connecting

    func connect() {
        let loop = core.loop
        let this = NIOLoopBound(self, eventLoop: loop)
        let timeout = TimeAmount(configuration.connectTimeout)
        let deadline = NIODeadline.now() + timeout
        isConnecting = true
        let bootstrap = ClientBootstrap(group: loop).connectTimeout(timeout)
        let addConnection: @Sendable (any Channel) throws -> Void = { channel in
            try channel.pipeline.syncOperations.addHandler(ClientConnection(owner: this.value))
        }
        let channel =
            core.target.usesTLS
            ? ClientTLS.connect(
                bootstrap, to: address, serverName: core.target.serverName, configuration.tls, loop: loop,
                deadline: deadline, addConnection: addConnection)
            : bootstrap.channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try addConnection(channel) }
            }.connect(to: address)
        channel.whenComplete { this.value.didConnect($0, settingsBy: deadline) }
    }

    private func didConnect(_ result: Result<any Channel, any Error>, settingsBy deadline: NIODeadline) {
        isConnecting = false
        do {
            let channel = try result.get()
            let connection = try channel.pipeline.syncOperations.handler(type: ClientConnection.self)
            guard !isRetired else { return channel.close(promise: nil) }
            connections.append(connection)
            coming = connection
            connection.start(deadline: deadline)
        } catch let error as TLSFailure {
            fail(.failed(.unavailable, "can't connect to \(place): \(error)", cause: error.cause))
        } catch let error as TLSConfigurationError {
            fail(.failed(.unavailable, "can't connect to \(place): \(error)", cause: error.cause))
        } catch {
            fail(.failed(.unavailable, "can't connect to \(place)", cause: error))
        }
    }

    private func fail(_ end: CallEnd) {
        core.didFailToConnect(self, because: end)
        core.dispatch()
    }

    private var place: String {
        if case .host = address { "\(core.target.scheme)://\(address)" } else { "\(address)" }
    }

    // MARK: Events of a connection

    /// The server's SETTINGS have come.
    func isReady(_ connection: ClientConnection) {
        coming = nil
        // A channel that was closed meanwhile has closed its connections, too.
        guard core.didConnect(self) else { return }
        current = connection
        core.dispatch()
    }

    func madeProgress() {
        core.madeProgress(self)
    }

    /// A connection is not to get new calls: it ends, or is gone already.
    ///
    /// - Parameter cutsOff: whether calls that it had end with it.
    func takesNoCalls(_ connection: ClientConnection, cutsOff: Bool = false, because end: CallEnd) {
        if coming === connection {
            coming = nil
            return fail(end)
        }
        guard current === connection else { return }
        current = nil
        core.didLose(self, productive: connection.isProductive, cutsOff: cutsOff, because: end)
    }

    /// The connection is gone.
    func remove(_ connection: ClientConnection) {
        connections.removeAll { $0 === connection }
        if isRetired, connections.isEmpty { core.remove(self) }
    }

    // MARK: The end

    /// The calls that it has may end.
    func retire() {
        isRetired = true
        current = nil
        coming = nil
        for connection in connections { connection.retire() }
        if connections.isEmpty { core.remove(self) }
    }

    /// Ends everything, and gives what is to be waited for.
    func close() -> [EventLoopFuture<Void>] {
        isRetired = true
        current = nil
        coming = nil
        let open = connections
        let closed = open.compactMap(\.closeFuture)
        for connection in open { connection.shutdown() }
        return closed
    }
}

extension ClientBootstrap {
    func connect(to address: ServerAddress) -> EventLoopFuture<any Channel> {
        switch address {
        case .host(let host, let port): connect(host: host, port: port)
        case .unix(let path): connect(unixDomainSocketPath: path)
        }
    }
}
