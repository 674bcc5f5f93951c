import GRDB
import GeneratedMessages
import Synchronization

/// The one connection that writes, and its group commit: jobs that arrive while a commit is under way go in the next
/// one. No timer is needed: a lone job is committed at once, and groups grow by themselves under load.
final class SQLiteWriter: Sendable {
    private struct State {
        var queue: CommitQueue<WriteJob>
        var isWriting = false
        var isClosed = false
    }

    private let connection: DatabaseQueue
    private let state: Mutex<State>

    init(_ configuration: SQLiteConfiguration) throws {
        connection = try SQLiteConnection.openWriter(configuration)
        let limits = CommitQueueLimits(
            waitingMessages: configuration.maximumWaitingMessages,
            waitingBytes: configuration.maximumWaitingBytes,
            groupMessages: configuration.maximumCommitMessages,
            groupBytes: configuration.maximumCommitBytes)
        state = Mutex(State(queue: CommitQueue(limits: limits)))
    }

    func append(_ append: Append) async throws -> [AppendResult] {
        try await Caller.wait { caller in
            submit(.append(AppendJob(append, caller: caller)))
        }
    }

    func submit(_ append: Append, _ answer: @escaping @Sendable (Result<[AppendResult], any Error>) -> Void) {
        submit(.append(AppendJob(append, caller: Caller(delivering: answer))))
    }

    func write(_ work: SessionJob.Work, owner: String?) async throws -> Session {
        try await Caller.wait { caller in
            submit(.session(SessionJob(work: work, owner: owner, caller: caller)))
        }
    }

    func write(
        _ change: MessageChange, to message: UUID, in session: UUID, owner: String?
    ) async throws -> Message {
        try await Caller.wait { caller in
            submit(
                .message(
                    MessageJob(sessionID: session, messageID: message, change: change, owner: owner, caller: caller)))
        }
    }

    /// Finishes what was accepted, and closes. Blocks.
    func close() throws {
        state.withLock { $0.isClosed = true }
        // The connection runs one thing at a time: this waits for what is being written.
        try connection.close()
    }

    private func submit(_ job: WriteJob) {
        let refusal = state.withLock { state -> StoreError? in
            guard !state.isClosed else { return .notRunning }
            guard state.queue.add(job) else {
                return StoreError(.overloaded, "too much is waiting to be written", retryAfter: .milliseconds(200))
            }
            guard !state.isWriting else { return nil }
            state.isWriting = true
            // Only queued here, within the lock, so that it comes before the connection's end.
            connection.asyncWriteWithoutTransaction { [self] in writeAll($0) }
            return nil
        }
        if let refusal { job.fail(refusal) }
    }

    /// Commits group after group until nothing waits.
    private func writeAll(_ database: Database) {
        while let group = takeGroup() {
            let now = ContinuousClock.now
            let expired = group.filter { $0.hasExpired(at: now) }
            for job in expired {
                job.fail(StoreError(.deadlineExceeded, "the deadline passed before the commit began"))
            }
            let awaited = expired.isEmpty ? group : group.filter { !$0.hasExpired(at: now) }
            if !awaited.isEmpty { SQLiteCommit.run(awaited, on: database) }
        }
    }

    private func takeGroup() -> [WriteJob]? {
        state.withLock { state in
            guard !state.queue.isEmpty else {
                state.isWriting = false
                return nil
            }
            return state.queue.takeGroup()
        }
    }
}
