import NIOCore
import RPCCore

/// The calls of a channel, and the servers that they go to.
///
/// It lives on one event loop, as does everything that it owns; calls come by the ``CommandQueue``. What is done when is
/// decided by the ``LoadBalancer``.
final class ChannelCore {
    let configuration: ClientChannelConfiguration
    let target: ClientTarget
    let loop: any EventLoop
    private let headers: CallHeaders

    private var balancer: LoadBalancer
    private var subchannels: [Subchannel] = []
    private var streams: [ObjectIdentifier: ClientStream] = [:]
    private var waiting = WaitingStreams()
    private var deadlines = DeadlineQueue<ClientStream>()
    private var alarm: (at: NIODeadline, timer: Scheduled<Void>)?
    /// Calls wait until a server may be tried again.
    private var retryTimer: Scheduled<Void>?
    private var batch: [CommandQueue.Command] = []

    init(target: ClientTarget, configuration: ClientChannelConfiguration, loop: any EventLoop) {
        self.target = target
        self.configuration = configuration
        self.loop = loop
        headers = CallHeaders(target: target, userAgent: configuration.fullUserAgent)
        balancer = LoadBalancer(
            policy: configuration.policy, backoff: configuration.connectionBackoff,
            resolutionInterval: TimeAmount(configuration.minimumResolutionInterval))
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
        switch balancer.callArrived(at: .now()) {
        case .dispatch(let actions), .wait(let actions):
            waiting.append(stream, atFront: atFront)
            perform(actions)
        case .refuse(let time) where stream.call.request.waitsForReady:
            waiting.append(stream, atFront: atFront)
            retry(in: time)
        case .refuse(let time):
            stream.abort(.failed(.unavailable, "there is no connection to \(target)", retryDelay: Duration(time)))
        case .refuseForGood: stream.abort(.failed(.cancelled, "the client is closed"))
        }
    }

    /// Opens streams for the calls that wait, as many as the servers allow.
    func dispatch() {
        while waiting.count > 0, let connection = pick() {
            guard let stream = waiting.next() else { return }
            do {
                try stream.start(on: connection, headers: headers.block(for: stream.call.request, now: .now()))
            } catch  where error.isStreamNotAllowed {
                waiting.append(stream, atFront: true)
                connection.owner.takesNoCalls(
                    connection, because: .failed(.unavailable, "the connection is used up"))
            } catch {
                stream.abort(.failed(.internalError, "the request could not be sent", cause: error))
            }
        }
    }

    /// A connection that has room for one more call.
    private func pick() -> ClientConnection? {
        for _ in subchannels.indices {
            guard let id = balancer.pick() else { return nil }
            if let connection = subchannel(id)?.current, connection.hasRoom { return connection }
        }
        return nil
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
        for subchannel in subchannels { subchannel.flush() }
    }

    // MARK: Timers

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

    /// Calls wait although nothing can be tried now: looks again after that time.
    private func retry(in time: TimeAmount) {
        guard retryTimer == nil else { return }
        let this = NIOLoopBound(self, eventLoop: loop)
        // Never at once: that would be a loop without a pause.
        retryTimer = loop.scheduleTask(in: max(time, .milliseconds(1))) { this.value.lookAgain() }
    }

    private func lookAgain() {
        retryTimer = nil
        guard waiting.count > 0 else { return }
        switch balancer.callArrived(at: .now()) {
        case .dispatch(let actions), .wait(let actions): perform(actions)
        case .refuse(let time): retry(in: time)
        case .refuseForGood: return
        }
        dispatch()
        flush()
    }

    // MARK: Servers

    private func perform(_ actions: [LoadBalancer.Action], because end: CallEnd? = nil) {
        for action in actions {
            switch action {
            case .resolve: resolve()
            case .add(let id, let address):
                subchannels.append(Subchannel(id: id, address: address, core: self))
            case .connect(let id): subchannel(id)?.connect()
            case .drop(let id):
                subchannel(id)?.retire()
            case .failWaiting(let time): failWaiting(retryAfter: time, because: end)
            }
        }
    }

    private func failWaiting(retryAfter time: TimeAmount, because end: CallEnd?) {
        var end = end ?? .failed(.unavailable, "there is no connection to \(target)")
        end.error?.retryDelay = Duration(time)
        var patient: [ClientStream] = []
        while let stream = waiting.next() {
            if stream.call.request.waitsForReady { patient.append(stream) } else { stream.abort(end) }
        }
        for stream in patient { waiting.append(stream, atFront: false) }
        if !patient.isEmpty { retry(in: time) }
    }

    private func subchannel(_ id: LoadBalancer.ID) -> Subchannel? {
        for subchannel in subchannels where subchannel.id == id { return subchannel }
        return nil
    }

    func didFailToConnect(_ subchannel: Subchannel, because end: CallEnd) {
        var generator = SystemRandomNumberGenerator()
        let actions = balancer.connectFailed(
            subchannel.id, callsWait: waiting.count > 0, at: .now(), using: &generator)
        perform(actions, because: end)
    }

    /// - Returns: whether the connection is wanted.
    func didConnect(_ subchannel: Subchannel) -> Bool {
        balancer.connected(subchannel.id)
    }

    func didLose(_ subchannel: Subchannel, productive: Bool, cutsOff: Bool, because end: CallEnd) {
        var generator = SystemRandomNumberGenerator()
        let actions = balancer.connectionEnded(
            subchannel.id, productive: productive, cutsOff: cutsOff, callsWait: waiting.count > 0, at: .now(),
            using: &generator)
        perform(actions, because: end)
        dispatch()
    }

    func madeProgress(_ subchannel: Subchannel) {
        balancer.madeProgress(subchannel.id)
    }

    /// A server that is no longer in the list has ended its last call.
    func remove(_ subchannel: Subchannel) {
        subchannels.removeAll { $0 === subchannel }
    }

    // MARK: Names

    private func resolve() {
        switch target.place {
        case .addresses(let addresses): didResolve(.success(addresses), isFixed: true)
        case .name(let host, let port):
            guard let resolver = configuration.resolver ?? defaultResolver else {
                return didResolve(.success([.host(host, port: port)]), isFixed: true)
            }
            let promise = loop.makePromise(of: [ServerAddress].self)
            let task = promise.completeWithTask { try await resolver.resolve(host, port) }
            let timer = loop.scheduleTask(in: TimeAmount(configuration.connectTimeout)) {
                promise.fail(ChannelError.connectTimeout(.zero))
                task.cancel()
            }
            let this = NIOLoopBound(self, eventLoop: loop)
            promise.futureResult.whenComplete { result in
                timer.cancel()
                this.value.didResolve(result)
                this.value.dispatch()
                this.value.flush()
            }
        }
    }

    /// With pick_first a connection looks the name up by itself, each time anew, and tries the addresses side by side.
    private var defaultResolver: NameResolver? {
        configuration.policy == .pickFirst ? nil : .system
    }

    private func didResolve(_ result: Result<[ServerAddress], any Error>, isFixed: Bool = false) {
        let actions: [LoadBalancer.Action]
        var end: CallEnd?
        if case .success(let addresses) = result, !addresses.isEmpty {
            actions = balancer.resolved(addresses, isFixed: isFixed, at: .now())
        } else {
            var cause: (any Error)?
            if case .failure(let error) = result { cause = error }
            end = .failed(.unavailable, "no address is known for \(target)", cause: cause)
            var generator = SystemRandomNumberGenerator()
            actions = balancer.resolutionFailed(at: .now(), using: &generator)
        }
        perform(actions, because: end)
        // Whoever waits for a server may have one now.
        let isAnyNew = actions.contains { if case .add = $0 { true } else { false } }
        guard waiting.count > 0, isAnyNew else { return }
        switch balancer.callArrived(at: .now()) {
        case .dispatch(let actions), .wait(let actions): perform(actions)
        case .refuse(let time): failWaiting(retryAfter: time, because: nil)
        case .refuseForGood: break
        }
    }

    // MARK: The end

    private func close(_ promise: EventLoopPromise<Void>?) {
        _ = balancer.close()
        alarm?.timer.cancel()
        alarm = nil
        retryTimer?.cancel()
        retryTimer = nil
        for stream in Array(streams.values) { stream.abort(.failed(.cancelled, "the client is closed")) }
        // Those in it are over by now, and hold on to the queue of commands, which holds on to this.
        waiting = WaitingStreams()
        let closed = subchannels.flatMap { $0.close() }
        subchannels = []
        EventLoopFuture.andAllComplete(closed, on: loop).cascade(to: promise)
    }
}
