public import GeneratedMessages
public import Logging
import ProtobufRuntime

/// Sessions and messages in PostgreSQL, by libpq in pipeline mode.
///
/// A few lanes (threads) append, each committing in groups what has come in since its last commit; another reads. Any
/// number of these, in any number of servers, may use one database.
public final class PostgresChatStore: ChatStore {
    let configuration: PostgresConfiguration
    let logger: Logger
    let appendLanes: [Lane]
    let readLane: Lane

    public init(configuration: PostgresConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        let limits = configuration.limits
        appendLanes = (0..<max(1, configuration.appendLanes)).map { _ in
            Lane(limits: limits.ofAppendQueue, retryAfter: limits.retryAfter)
        }
        readLane = Lane(limits: limits.ofReadQueue, retryAfter: limits.retryAfter)
    }

    public var isUsable: Bool {
        readLane.isReady && appendLanes.allSatisfy(\.isReady)
    }

    // MARK: Appending

    public func append(_ append: Append) async throws -> [AppendResult] {
        guard !append.items.isEmpty else { return [] }
        return try await Caller.wait { submit(append, $0) }
    }

    public func submit(
        _ append: Append, _ answer: @escaping @Sendable (Result<[AppendResult], any Error>) -> Void
    ) {
        guard !append.items.isEmpty else { return answer(.success([])) }
        submit(append, Caller(delivering: answer))
    }

    private func submit(_ append: Append, _ caller: Caller<[AppendResult]>) {
        let job = AppendJob(append, caller: caller)
        if let refusal = lane(of: append.sessionID).submit(.append(job)) { job.fail(refusal) }
    }

    /// A session always goes through the same lane, so that its appends don't wait for each other's locks.
    func lane(of session: UUID) -> Lane {
        // Ids of version 7 differ in their low words.
        appendLanes[Int(truncatingIfNeeded: (session.low ^ session.low >> 32) % UInt64(appendLanes.count))]
    }

    // MARK: Reading messages

    public func listMessages(_ query: MessageQuery, owner: String?) async throws -> ListMessagesResponse {
        if let page = try await page(query, .ofContents, owner) { return page }
        if let page = try await page(query, .ofPage, owner) { return page }
        throw StoreError(.failed, "a message has no content")
    }

    private func page(
        _ query: MessageQuery, _ bound: MessagePage.Bound, _ owner: String?
    ) async throws -> ListMessagesResponse? {
        try await read(
            MessagePage.statement(for: query, bound),
            bind: { MessagePage.bind(query, bound, owner: owner, $0) },
            decode: { (result) throws(StoreError) in try MessagePage.decode(result, query) })
    }

    public func message(_ id: UUID, in session: UUID, owner: String?) async throws -> Message {
        try await read(
            ReadStatements.message,
            bind: { parameters in
                parameters.add(session)
                parameters.add(owner)
                parameters.add(id)
            },
            decode: { (result) throws(StoreError) in
                guard result.rowCount == 1 else { throw StoreError(.messageNotFound) }
                return try MessageColumns.decode(result, row: 0, of: session)
            })
    }

    public func changeMessage(
        _ id: UUID, in session: UUID, _ change: MessageChange, owner: String?
    ) async throws -> Message {
        try await transact(MessageUpdate(id, in: session, change, owner: owner))
    }

    public func changes(_ query: ChangeQuery, owner: String?) async throws -> ChangePage {
        if let page = try await changes(query, .ofContents, owner) { return page }
        // The first message is a large one, and has an answer of its own.
        if let page = try await changes(query, .ofFirst, owner) { return page }
        throw StoreError(.failed, "a message has no content")
    }

    private func changes(
        _ query: ChangeQuery, _ bound: ChangeRows.Bound, _ owner: String?
    ) async throws -> ChangePage? {
        try await read(
            ReadStatements.changes, bind: { ChangeRows.bind(query, bound, owner: owner, $0) },
            decode: { (result) throws(StoreError) in try ChangeRows.decode(result, query, bound)?.page(for: query) })
    }

    // MARK: Sessions

    public func createSession(_ session: NewSession, owner: String?) async throws -> Session {
        try await transact(SessionUpdate(.create(session), owner: owner))
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
        try await transact(SessionUpdate(.change(id, change), owner: owner))
    }

    public func session(_ id: UUID, owner: String?) async throws -> Session {
        try await read(
            ReadStatements.session,
            bind: { parameters in
                parameters.add(id)
                parameters.add(owner)
            },
            decode: { (result) throws(StoreError) in
                guard result.rowCount == 1 else { throw StoreError(.sessionNotFound) }
                return try SessionColumns.decode(result, row: 0)
            })
    }

    public func listSessions(_ query: SessionQuery, owner: String?) async throws -> ListSessionsResponse {
        let user = query.userID ?? owner
        return try await read(
            user == nil ? ReadStatements.sessionsOfAll : ReadStatements.sessionsOfUser,
            bind: { SessionPage.bind(query, user: user, owner: owner, $0) },
            decode: { (result) throws(StoreError) in try SessionPage.decode(result, query) })
    }
}
