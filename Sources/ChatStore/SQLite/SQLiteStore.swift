public import GeneratedMessages
public import Logging
import Synchronization

/// The store within one SQLite file: the default, for one server.
///
/// A success is on disk (write-ahead log, synchronous=FULL). Appends are committed in groups by one writer, and reads
/// go to connections of their own, which see the last commit; none of it runs on the caller's thread. Another process
/// that serves the same file is refused (see ``run()``); tools may read it.
public final class SQLiteStore: ChatStore {
    private enum State {
        case idle
        case running(SQLiteDatabase)
    }

    private let configuration: SQLiteConfiguration
    private let logger: Logger
    private let state = Mutex(State.idle)

    public init(_ configuration: SQLiteConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    public var isUsable: Bool { (try? database()) != nil }

    /// Opens the file, makes or migrates its tables, and serves until the task is cancelled; then finishes what was
    /// accepted and closes.
    ///
    /// - Throws: `StoreError` failed where the folder or the file can't be used: another process serves it, and did not
    ///   end within ``SQLiteConfiguration/lockWait``; it is another program's, or of a newer version; no rights.
    public func run() async throws {
        let database = try await SQLiteDatabase.open(configuration)
        logger.info("The database is open", metadata: ["path": "\(configuration.path)"])
        state.withLock { $0 = .running(database) }
        // Ends when the task is cancelled.
        let (untilCancelled, source) = AsyncStream<Never>.makeStream()
        for await _ in untilCancelled {}
        source.finish()
        state.withLock { $0 = .idle }
        try await database.close()
        logger.info("The database is closed")
    }

    private func database() throws -> SQLiteDatabase {
        try state.withLock { state throws(StoreError) in
            guard case .running(let database) = state else { throw StoreError.notRunning }
            return database
        }
    }

    // MARK: Messages

    public func append(_ append: Append) async throws -> [AppendResult] {
        guard !append.items.isEmpty else { return [] }
        return try await database().writer.append(append)
    }

    public func submit(
        _ append: Append, _ answer: @escaping @Sendable (Result<[AppendResult], any Error>) -> Void
    ) {
        guard !append.items.isEmpty else { return answer(.success([])) }
        do {
            try database().writer.submit(append, answer)
        } catch {
            answer(.failure(error))
        }
    }

    public func listMessages(_ query: MessageQuery, owner: String?) async throws -> ListMessagesResponse {
        try await database().readers.read { try SQLiteMessageReads.list(query, owner: owner, on: $0) }
    }

    public func message(_ id: UUID, in session: UUID, owner: String?) async throws -> Message {
        try await database().readers.read { database in
            guard let message = try SQLiteMessageReads.find(id, in: session, owner: owner, on: database) else {
                throw StoreError(.messageNotFound)
            }
            return message
        }
    }

    public func changeMessage(
        _ id: UUID, in session: UUID, _ change: MessageChange, owner: String?
    ) async throws -> Message {
        try await database().writer.write(change, to: id, in: session, owner: owner)
    }

    public func changes(_ query: ChangeQuery, owner: String?) async throws -> ChangePage {
        try await database().readers.read { try SQLiteChangeReads.page(query, owner: owner, on: $0) }
    }

    // MARK: Sessions

    public func createSession(_ session: NewSession, owner: String?) async throws -> Session {
        try await database().writer.write(.create(session), owner: owner)
    }

    public func session(_ id: UUID, owner: String?) async throws -> Session {
        try await database().readers.read { database in
            guard let session = try SQLiteSessionReads.find(id, on: database), session.isVisible(to: owner) else {
                throw StoreError(.sessionNotFound)
            }
            return session
        }
    }

    public func listSessions(_ query: SessionQuery, owner: String?) async throws -> ListSessionsResponse {
        try await database().readers.read { try SQLiteSessionReads.list(query, owner: owner, on: $0) }
    }

    public func renameSession(
        _ id: UUID, name: String?, description: String?, owner: String?
    ) async throws -> Session {
        try await change(id, .rename(name: name, description: description), owner)
    }

    public func deleteSession(_ id: UUID, owner: String?) async throws -> Session {
        try await change(id, .delete, owner)
    }

    public func restoreSession(_ id: UUID, owner: String?) async throws -> Session {
        try await change(id, .restore, owner)
    }

    public func resetSession(_ id: UUID, owner: String?) async throws -> Session {
        try await change(id, .reset, owner)
    }

    private func change(_ id: UUID, _ change: SessionChange, _ owner: String?) async throws -> Session {
        try await database().writer.write(.change(id, change), owner: owner)
    }
}
