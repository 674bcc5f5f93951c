import NIOCore
import NIOPosix
import RPCCore

/// The calls to one server, and its connection: made when there is a call, made again when it is lost.
///
/// It lives on one event loop, as does everything that it owns; calls come by the ``CommandQueue``.
final class Subchannel {
    let configuration: ClientChannelConfiguration
    private let endpoint: Endpoint
    private let loop: any EventLoop
    private let headers: CallHeaders

    private var connectivity: ConnectivityState
    /// The connection that takes new calls.
    private var current: ClientConnection?
    /// The one that waits for the server's SETTINGS.
    private var coming: ClientConnection?
    /// All of them, those that only finish what they have included.
    private var connections: [ClientConnection] = []

    private var streams: [ObjectIdentifier: ClientStream] = [:]
    private var waiting = WaitingStreams()
    private var deadlines = DeadlineQueue<ClientStream>()
    private var alarm: (at: NIODeadline, timer: Scheduled<Void>)?
    private var batch: [CommandQueue.Command] = []

    init(endpoint: Endpoint, configuration: ClientChannelConfiguration, loop: any EventLoop) {
        self.endpoint = endpoint
        self.configuration = configuration
        self.loop = loop
        headers = CallHeaders(endpoint: endpoint, userAgent: configuration.fullUserAgent)
        connectivity = ConnectivityState(backoff: configuration.connectionBackoff)
    }

    // MARK: Commands

    /// Carries out what the callers want, then sends it all at once.
    func run(_ commands: CommandQueue) {
        commands.exchange(&batch)
        for command in batch { perform(command) }
        batch.removeAll(keepingCapacity: true)
        dispatch()
        flush()
    }

    private func perform(_ command: CommandQueue.Command) {
        switch command {
        case .start(let call): start(call)
        case .pickUp(let call): streams[ObjectIdentifier(call)]?.pickUp()
        case .release(let call, let count): streams[ObjectIdentifier(call)]?.release(count)
        case .abandon(let call): streams[ObjectIdentifier(call)]?.abort(.cancelled)
        case .close(let promise): close(promise)
        }
    }

    private func start(_ call: ClientCall) {
        // A call may be over before it has begun.
        guard !call.isOver else { return }
        let stream = ClientStream(call, owner: self)
        streams[ObjectIdentifier(call)] = stream
        if call.request.deadline != .distantFuture { deadlines.insert(stream) }
        if waiting.count >= configuration.maximumWaitingCalls {
            stream.abort(.failed(.resourceExhausted, "too many calls wait for the connection"))
        } else if call.request.deadline <= .now() {
            stream.abort(.deadlineExceeded)
        } else {
            enqueue(stream)
            setAlarm()
        }
    }

    // MARK: Streams

    private func enqueue(_ stream: ClientStream, atFront: Bool = false) {
        switch connectivity.callArrived(at: .now()) {
        case .wait, .dispatch: waiting.append(stream, atFront: atFront)
        case .connect:
            waiting.append(stream, atFront: atFront)
            connect()
        case .refuse(let time):
            stream.abort(.failed(.unavailable, "there is no connection to \(endpoint)", retryDelay: Duration(time)))
        case .refuseForGood: stream.abort(.failed(.cancelled, "the client is closed"))
        }
    }

    /// Opens streams for the calls that wait, as many as the server allows.
    func dispatch() {
        while let connection = current, connection.hasRoom, let stream = waiting.next() {
            do {
                try stream.start(on: connection, headers: headers.block(for: stream.call.request, now: .now()))
            } catch  where error.isStreamNotAllowed {
                waiting.append(stream, atFront: true)
                takesNoCalls(connection, because: .failed(.unavailable, "the connection is used up"))
            } catch {
                stream.abort(.failed(.internalError, "the request could not be sent", cause: error))
            }
        }
    }

    /// The server did nothing: the call is made again, before all others.
    func replace(_ stream: ClientStream, with next: ClientStream) {
        deadlines.remove(stream)
        streams[ObjectIdentifier(next.call)] = next
        if next.call.request.deadline != .distantFuture { deadlines.insert(next) }
        enqueue(next, atFront: true)
    }

    /// The call is over.
    func forget(_ stream: ClientStream) {
        deadlines.remove(stream)
        streams[ObjectIdentifier(stream.call)] = nil
        waiting.ended(stream)
    }

    private func flush() {
        for connection in connections { connection.flush() }
    }

    // MARK: Deadlines

    private func setAlarm() {
        guard let first = deadlines.first?.deadline, first < alarm?.at ?? .distantFuture else { return }
        alarm?.timer.cancel()
        let this = NIOLoopBound(self, eventLoop: loop)
        alarm = (first, loop.scheduleTask(deadline: first) { this.value.ring() })
    }

    private func ring() {
        alarm = nil
        let now = NIODeadline.now()
        while let stream = deadlines.first, stream.deadline <= now { stream.abort(.deadlineExceeded) }
        setAlarm()
        dispatch()
        flush()
    }

    // MARK: Connections

    private func connect() {
        let this = NIOLoopBound(self, eventLoop: loop)
        let timeout = TimeAmount(configuration.connectTimeout)
        let deadline = NIODeadline.now() + timeout
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(timeout)
            .channelOption(.socketOption(.init(rawValue: 1)), value: 1)
        let addConnection: @Sendable (any Channel) throws -> Void = { channel in
            try channel.pipeline.syncOperations.addHandler(ClientConnection(owner: this.value))
        }
        let channel =
            endpoint.usesTLS
            ? ClientTLS.connect(
                bootstrap, to: endpoint, configuration.tls, loop: loop, deadline: deadline,
                addConnection: addConnection)
            : bootstrap.channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try addConnection(channel) }
            }.connect(host: endpoint.host, port: endpoint.port)
        channel.whenComplete { this.value.didConnect($0, settingsBy: deadline) }
    }

    private func didConnect(_ result: Result<any Channel, any Error>, settingsBy deadline: NIODeadline) {
        do {
            let channel = try result.get()
            let connection = try channel.pipeline.syncOperations.handler(type: ClientConnection.self)
            guard connectivity.state == .connecting else { return channel.close(promise: nil) }
            connections.append(connection)
            coming = connection
            connection.start(deadline: deadline)
        } catch let error as TLSFailure {
            didFailToConnect(.failed(.unavailable, "can't connect to \(endpoint): \(error)", cause: error.cause))
        } catch let error as TLSConfigurationError {
            didFailToConnect(.failed(.unavailable, "can't connect to \(endpoint): \(error)", cause: error.cause))
        } catch {
            didFailToConnect(.failed(.unavailable, "can't connect to \(endpoint)", cause: error))
        }
    }

    private func didFailToConnect(_ end: CallEnd) {
        var generator = SystemRandomNumberGenerator()
        perform(connectivity.connectFailed(at: .now(), using: &generator), because: end)
    }

    /// The server's SETTINGS have come.
    func isReady(_ connection: ClientConnection) {
        coming = nil
        // A channel that was closed meanwhile has closed its connections, too.
        guard connectivity.connected() else { return }
        current = connection
        dispatch()
    }

    func madeProgress() {
        connectivity.madeProgress()
    }

    /// A connection is not to get new calls: it ends, or is gone already.
    func takesNoCalls(_ connection: ClientConnection, because end: CallEnd) {
        if coming === connection {
            coming = nil
            return didFailToConnect(end)
        }
        guard current === connection else { return }
        current = nil
        var generator = SystemRandomNumberGenerator()
        let action = connectivity.connectionEnded(
            productive: connection.isProductive, callsWait: waiting.count > 0, at: .now(), using: &generator)
        perform(action, because: end)
    }

    /// The connection is gone.
    func remove(_ connection: ClientConnection) {
        connections.removeAll { $0 === connection }
    }

    private func perform(_ action: ConnectivityState.EndAction, because end: CallEnd) {
        switch action {
        case .nothing: break
        case .connect: connect()
        case .failWaiting(let time):
            var end = end
            end.error?.retryDelay = Duration(time)
            while let stream = waiting.next() { stream.abort(end) }
        }
    }

    private func close(_ promise: EventLoopPromise<Void>?) {
        _ = connectivity.close()
        current = nil
        coming = nil
        alarm?.timer.cancel()
        alarm = nil
        for stream in Array(streams.values) { stream.abort(.failed(.cancelled, "the client is closed")) }
        // Those in it are over by now, and hold on to the queue of commands, which holds on to this.
        waiting = WaitingStreams()
        let open = connections
        let closed = open.compactMap(\.closeFuture)
        for connection in open { connection.shutdown() }
        EventLoopFuture.andAllComplete(closed, on: loop).cascade(to: promise)
    }
}
