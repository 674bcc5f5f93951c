import NIOCore

/// Which servers there are, which of them to connect to, and which gets the next call: a pure value, told what happened,
/// answering what to do.
///
/// Each server, and the look-up of their name, has a ``ConnectivityState``. Everything begins with a call: without one
/// nothing is connected to.
struct LoadBalancer {
    /// Names a server of the list; never used again.
    typealias ID = Int

    enum Action: Hashable {
        case resolve
        /// There is a new server in the list; its ID is the next one.
        case add(ID, ServerAddress)
        case connect(ID)
        /// It is no longer in the list: its calls may end, no new ones are for it.
        case drop(ID)
        /// Fail the calls that don't wait for better times.
        case failWaiting(retryAfter: TimeAmount)
    }

    /// What to do with a call that has come in, and what else.
    enum CallAction: Hashable {
        case dispatch([Action])
        case wait([Action])
        case refuse(retryAfter: TimeAmount)
        case refuseForGood
    }

    private struct Server {
        let id: ID
        let address: ServerAddress
        var connectivity: ConnectivityState
    }

    private let policy: LoadBalancingPolicy
    private let backoff: ConnectionBackoff
    private let resolutionInterval: TimeAmount
    private var servers: [Server] = []
    private var nextID = 0
    /// Where the next pick begins; with pick_first, the server that is in use.
    private var position = 0
    private var name: ConnectivityState
    /// Nil where the list is fixed.
    private var resolvedAt: NIODeadline?
    private var isClosed = false

    /// - Parameter resolutionInterval: no name is looked up more often, as long as there are addresses.
    init(policy: LoadBalancingPolicy, backoff: ConnectionBackoff, resolutionInterval: TimeAmount) {
        self.policy = policy
        self.backoff = backoff
        self.resolutionInterval = resolutionInterval
        name = ConnectivityState(backoff: backoff)
    }

    // MARK: Picking

    /// A server with a connection, another one each time where the policy says so.
    mutating func pick() -> ID? {
        switch policy {
        case .pickFirst: return isReady(position) ? servers[position].id : nil
        case .roundRobin:
            for _ in servers.indices {
                position = position + 1 < servers.count ? position + 1 : 0
                if isReady(position) { return servers[position].id }
            }
            return nil
        }
    }

    /// How many servers there are.
    var count: Int { servers.count }

    /// A call has come in, or calls still wait after a while.
    mutating func callArrived(at now: NIODeadline) -> CallAction {
        if policy == .pickFirst, isReady(position) { return .dispatch([]) }
        guard !isClosed else { return .refuseForGood }
        guard !servers.isEmpty else { return askForServers(at: now) }
        let actions = connect(at: now)
        if servers.contains(where: { $0.connectivity.state == .ready }) { return .dispatch(actions) }
        if servers.contains(where: { $0.connectivity.state == .connecting }) { return .wait(actions) }
        return .refuse(retryAfter: shortestWait(at: now))
    }

    private mutating func askForServers(at now: NIODeadline) -> CallAction {
        switch name.callArrived(at: now) {
        case .connect: .wait([.resolve])
        case .wait, .dispatch: .wait([])
        case .refuse(let time): .refuse(retryAfter: time)
        case .refuseForGood: .refuseForGood
        }
    }

    /// Begins attempts: one at a time, or all.
    ///
    /// - Parameter failed: the server that has just failed. Neither it nor others that have failed before are tried again
    ///   until the next call, however short their waits are: a pass through the list has an end.
    private mutating func connect(at now: NIODeadline, after failed: Int? = nil) -> [Action] {
        var actions: [Action] = []
        if policy == .pickFirst, servers.contains(where: { $0.connectivity.state == .connecting }) { return [] }
        for index in servers.indices where servers[index].connectivity.state != .ready {
            if let failed, policy == .pickFirst ? index <= failed : servers[index].connectivity.state != .idle {
                continue
            }
            guard servers[index].connectivity.callArrived(at: now) == .connect else { continue }
            actions.append(.connect(servers[index].id))
            if policy == .pickFirst { break }
        }
        return actions
    }

    // MARK: What became of a name

    /// - Parameters:
    ///   - addresses: not empty.
    ///   - isFixed: whether they never change.
    mutating func resolved(_ addresses: [ServerAddress], isFixed: Bool = false, at now: NIODeadline) -> [Action] {
        guard !isClosed else { return [] }
        _ = name.connected()
        name.madeProgress()
        resolvedAt = isFixed ? nil : now
        return setServers(addresses)
    }

    mutating func resolutionFailed(
        at now: NIODeadline, using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        // The servers that are known may be there yet.
        guard servers.isEmpty else {
            _ = name.connected()
            resolvedAt = now
            return []
        }
        guard case .failWaiting(let time) = name.connectFailed(at: now, using: &generator) else { return [] }
        return [.failWaiting(retryAfter: time)]
    }

    /// Says which servers there are. Those that were there before keep their connections.
    mutating func setServers(_ addresses: [ServerAddress]) -> [Action] {
        let current = servers.indices.contains(position) ? servers[position].id : nil
        var actions: [Action] = []
        var old = servers
        servers = []
        for address in addresses where !servers.contains(where: { $0.address == address }) {
            if let index = old.firstIndex(where: { $0.address == address }) {
                servers.append(old.remove(at: index))
            } else {
                let server = Server(
                    id: nextID, address: address, connectivity: ConnectivityState(backoff: backoff))
                servers.append(server)
                actions.append(.add(nextID, address))
                nextID += 1
            }
        }
        position = servers.firstIndex { $0.id == current } ?? 0
        return actions + old.map { .drop($0.id) }
    }

    private mutating func resolveAgain(at now: NIODeadline) -> [Action] {
        guard let resolvedAt, name.state == .ready, now - resolvedAt >= resolutionInterval else { return [] }
        name = ConnectivityState(backoff: backoff)
        _ = name.callArrived(at: now)
        return [.resolve]
    }

    // MARK: What became of a connection

    /// - Returns: false if nobody wants the connection any more.
    mutating func connected(_ id: ID) -> Bool {
        guard !isClosed, let index = index(of: id), servers[index].connectivity.connected() else { return false }
        if policy == .pickFirst { position = index }
        return true
    }

    mutating func madeProgress(_ id: ID) {
        guard let index = index(of: id) else { return }
        servers[index].connectivity.madeProgress()
    }

    /// - Parameter callsWait: whether anyone needs another attempt.
    mutating func connectFailed(
        _ id: ID, callsWait: Bool, at now: NIODeadline, using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        guard let index = index(of: id),
            servers[index].connectivity.connectFailed(at: now, using: &generator) != .nothing
        else { return [] }
        return goOn(after: index, callsWait: callsWait, at: now) + resolveAgain(at: now)
    }

    /// The connection takes no more calls.
    ///
    /// - Parameter cutsOff: whether calls that it had ended with it.
    mutating func connectionEnded(
        _ id: ID, productive: Bool, cutsOff: Bool = false, callsWait: Bool, at now: NIODeadline,
        using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        guard let index = index(of: id) else { return [] }
        // A server that hung up before it answered waits for its next turn; one that did answer may be asked at once.
        _ = servers[index].connectivity.connectionEnded(
            productive: productive, callsWait: (callsWait || cutsOff) && !productive, at: now, using: &generator)
        return goOn(after: productive ? nil : index, callsWait: callsWait, at: now) + resolveAgain(at: now)
    }

    /// Sees to calls that have no connection to wait for.
    private mutating func goOn(after failed: Int?, callsWait: Bool, at now: NIODeadline) -> [Action] {
        guard callsWait, !servers.contains(where: { $0.connectivity.state == .ready }) else { return [] }
        let actions = connect(at: now, after: failed)
        if !actions.isEmpty || servers.contains(where: { $0.connectivity.state == .connecting }) { return actions }
        return [.failWaiting(retryAfter: shortestWait(at: now))]
    }

    /// - Returns: false if it was closed already.
    mutating func close() -> Bool {
        defer {
            isClosed = true
            servers = []
        }
        return !isClosed
    }

    // MARK: Looking

    private func index(of id: ID) -> Int? {
        servers.firstIndex { $0.id == id }
    }

    private func isReady(_ index: Int) -> Bool {
        index < servers.count && servers[index].connectivity.state == .ready
    }

    /// Until the first server may be tried again.
    private func shortestWait(at now: NIODeadline) -> TimeAmount {
        let instants = servers.compactMap { server -> NIODeadline? in
            guard case .backingOff(let until) = server.connectivity.state else { return nil }
            return until
        }
        return instants.min().map { max($0 - now, .zero) } ?? .zero
    }
}
