internal import NIOCore
internal import RPCCore

/// A connection whose protocol is known. All of it is to be called on its event loop.
protocol ServedConnection: AnyObject, Sendable {
    /// Takes no new requests, and ends when those that have come are answered.
    func beginShutdown()
}

/// The connections of a server, for its shutdown.
final class ConnectionList: Sendable {
    private struct Entry {
        var channel: any Channel
        var connection: (any ServedConnection)?
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var isShuttingDown = false
    }

    private let state = Guarded(State())

    var count: Int { state.withLock { $0.entries.count } }

    /// Keeps an accepted channel for as long as it is open. False, if the server takes no more.
    func add(_ channel: any Channel, limit: Int) -> Bool {
        let id = ObjectIdentifier(channel)
        let isTaken = state.withLock { state in
            guard !state.isShuttingDown, state.entries.count < limit else { return false }
            state.entries[id] = Entry(channel: channel)
            return true
        }
        guard isTaken else { return false }
        channel.closeFuture.whenComplete { _ in
            _ = self.state.withLock { $0.entries.removeValue(forKey: id) }
        }
        return true
    }

    /// The channel's protocol is known now.
    func set(_ connection: any ServedConnection, of channel: any Channel) {
        let isShuttingDown = state.withLock { state in
            state.entries[ObjectIdentifier(channel)]?.connection = connection
            return state.isShuttingDown
        }
        if isShuttingDown { connection.beginShutdown() }
    }

    /// Asks every connection to end. Those that have not said what they speak are closed.
    func beginShutdown() -> [EventLoopFuture<Void>] {
        let entries = state.withLock { state in
            state.isShuttingDown = true
            return Array(state.entries.values)
        }
        for entry in entries {
            guard let connection = entry.connection else {
                entry.channel.close(promise: nil)
                continue
            }
            entry.channel.eventLoop.execute { connection.beginShutdown() }
        }
        return entries.map(\.channel.closeFuture)
    }

    func closeAll() {
        let channels = state.withLock { $0.entries.values.map(\.channel) }
        for channel in channels { channel.close(promise: nil) }
    }
}
