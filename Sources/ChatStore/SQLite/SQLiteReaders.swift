import GRDB
import Synchronization

/// The connections that read. A read goes to an idle one, or waits until one is idle; none of it runs on the caller's
/// thread.
final class SQLiteReaders: Sendable {
    private typealias Job = @Sendable (Result<Database, StoreError>) -> Void

    private struct State {
        var waiting = FIFO<Job>()
        var idle: [Int]
        var isClosed = false
    }

    private let connections: [DatabaseQueue]
    private let maximumWaiting: Int
    private let state: Mutex<State>

    init(_ configuration: SQLiteConfiguration) throws {
        connections = try (0..<max(configuration.readerConnections, 1)).map { _ in
            try SQLiteConnection.openReader(configuration)
        }
        maximumWaiting = configuration.maximumWaitingReads
        state = Mutex(State(idle: Array(connections.indices)))
    }

    /// Runs a read in a transaction of its own: all of it sees the same commit.
    func read<Outcome: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Outcome
    ) async throws -> Outcome {
        try await Caller.wait { caller in
            submit { connection in
                guard !caller.isGone else { return }
                caller.resume(
                    with: Result<Outcome, any Error> {
                        let database = try connection.get()
                        return try SQLiteTransaction.read(database) { try body(database) }
                    })
            }
        }
    }

    /// Finishes what was accepted, and closes. Blocks.
    func close() throws {
        state.withLock { $0.isClosed = true }
        for connection in connections { try connection.close() }
    }

    private func submit(_ job: @escaping Job) {
        let refusal = state.withLock { state -> StoreError? in
            guard !state.isClosed else { return .notRunning }
            if let idle = state.idle.popLast() {
                // Only queued here, within the lock, so that it comes before the connection's end.
                connections[idle].asyncWriteWithoutTransaction { [self] in runAll(from: job, on: idle, $0) }
                return nil
            }
            guard state.waiting.count < maximumWaiting else {
                return StoreError(.overloaded, "too many reads are waiting", retryAfter: .milliseconds(200))
            }
            state.waiting.append(job)
            return nil
        }
        if let refusal { job(.failure(refusal)) }
    }

    /// Runs a job, and then those that wait.
    private func runAll(from job: Job, on connection: Int, _ database: Database) {
        job(.success(database))
        while let next = nextJob(of: connection) { next(.success(database)) }
    }

    /// The next job of a connection, which becomes idle if there is none.
    private func nextJob(of connection: Int) -> Job? {
        state.withLock { state in
            if let job = state.waiting.popFirst() { return job }
            state.idle.append(connection)
            return nil
        }
    }
}

extension StoreError {
    /// Before the store has opened and after it has closed.
    static let notRunning = StoreError(.unavailable, "the store is not running", retryAfter: .seconds(1))
}
