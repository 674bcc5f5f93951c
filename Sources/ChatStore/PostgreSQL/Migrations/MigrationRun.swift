import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Work of a ``Migrator``'s on a connection and a thread of its own, until it is done: the database may be away meanwhile.
final class MigrationRun: Sendable {
    private struct State {
        var isStopped = false
        var canceller: MigrationConnection.Canceller?
    }

    private let configuration: PostgresConfiguration
    private let report: @Sendable (String) -> Void
    /// Told why an attempt failed, and when the next one would be; false ends it.
    private let failed: @Sendable (PostgresFailure, Duration) -> Bool
    private let state = Mutex(State())
    private let wakeUp = WakeUp()

    init(
        _ configuration: PostgresConfiguration, report: @escaping @Sendable (String) -> Void,
        failed: @escaping @Sendable (PostgresFailure, Duration) -> Bool
    ) {
        self.configuration = configuration
        self.report = report
        self.failed = failed
    }

    /// Does the work, as often as it takes, and returns what it gave; nil if the task was cancelled first.
    ///
    /// - Throws: whatever no retry mends.
    func perform<Value: Sendable>(_ work: @escaping @Sendable (Migrator) throws -> Value) async throws -> Value? {
        let outcome = Mutex<Result<Value?, any Error>>(.success(nil))
        await withTaskCancellationHandler {
            var thread: LaneThread?
            await withCheckedContinuation { ended in
                thread = LaneThread {
                    let result = Result { try self.attempt(work) }
                    outcome.withLock { $0 = result }
                    ended.resume()
                }
            }
            thread?.join()
        } onCancel: {
            stop()
        }
        return try outcome.withLock { try $0.get() }
    }

    private func attempt<Value>(_ work: (Migrator) throws -> Value) throws -> Value? {
        var backoff = Backoff(
            firstMilliseconds: configuration.limits.firstReconnectMilliseconds,
            longestMilliseconds: configuration.limits.longestReconnectMilliseconds)
        var random = SystemRandomNumberGenerator()
        while !isStopped {
            do {
                let connection = try MigrationConnection(
                    configuration.settings, timeoutSeconds: configuration.limits.connectTimeoutSeconds, stop: wakeUp)
                let isStopped = state.withLock { state in
                    state.canceller = connection.canceller
                    return state.isStopped
                }
                if isStopped { return nil }
                return try work(Migrator(connection, configuration, report: report))
            } catch let failure as PostgresFailure {
                if isStopped { return nil }
                let pause = backoff.delay(using: &random)
                guard failed(failure, pause) else { throw failure }
                sleep(pause)
            }
        }
        return nil
    }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    private func stop() {
        let canceller = state.withLock { state in
            state.isStopped = true
            return state.canceller
        }
        canceller?.cancel()
        wakeUp.signal()
    }

    private func sleep(_ pause: Duration) {
        var interest = pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0)
        poll(&interest, 1, Int32((pause / .milliseconds(1)).rounded(.up)))
    }
}
