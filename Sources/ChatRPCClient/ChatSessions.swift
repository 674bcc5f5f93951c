public import GeneratedMessages
import ProtobufRuntime
import RPCCore

/// The sessions of a server: `client.sessions`.
///
/// Every method throws ``ChatError``. `timeout` is for all attempts of the call together; nil means the client's own.
public struct ChatSessions: Sendable {
    private let caller: ChatCaller
    private let service: SessionServiceClient

    init(caller: ChatCaller) {
        self.caller = caller
        service = SessionServiceClient(channel: caller.channel)
    }

    /// Makes a session; or returns the caller's own with that id, unchanged.
    ///
    /// - Parameters:
    ///   - id: a UUID. Nil: one is minted here.
    ///   - name: 1 to 200 characters. Nil: "Session " and the first 8 characters of the id.
    ///   - description: at most 200 characters.
    ///   - agentName: at most 256 bytes.
    ///   - userID: whose session it is, at most 256 bytes.
    /// - Throws: `invalidArgument`; `sessionDeleted` if the id is that of a session in the trash.
    public func create(
        id: String? = nil, name: String? = nil, description: String? = nil, agentName: String? = nil,
        userID: String? = nil, timeout: Duration? = nil
    ) async throws(ChatError) -> Session {
        let request = CreateSessionRequest.with {
            $0.sessionID = id ?? UUIDv7.make()
            if let name { $0.name = name }
            if let description { $0.description = description }
            if let agentName { $0.agentName = agentName }
            if let userID { $0.userID = userID }
        }
        return try await caller.call(timeout: timeout) { options in
            try await service.createSession(request, options: options)
        }
    }

    /// One session, deleted or not.
    ///
    /// - Throws: `sessionNotFound`.
    public func get(_ id: String, timeout: Duration? = nil) async throws(ChatError) -> Session {
        let request = GetSessionRequest.with { $0.sessionID = id }
        return try await caller.call(timeout: timeout) { options in
            try await service.getSession(request, options: options)
        }
    }

    /// A page of sessions, by last activity, newest first.
    ///
    /// - Parameters:
    ///   - limit: the page's length, 1 to 100.
    ///   - pageToken: the `nextPageToken` of the page before.
    ///   - userID: only sessions of this user.
    ///   - deleted: those in the trash instead of the others.
    public func list(
        limit: Int = 20, pageToken: String? = nil, userID: String? = nil, deleted: Bool = false,
        timeout: Duration? = nil
    ) async throws(ChatError) -> ListSessionsResponse {
        let request = ListSessionsRequest.with {
            $0.limit = Int32(clamping: limit)
            if let pageToken { $0.pageToken = pageToken }
            if let userID { $0.userID = userID }
            $0.deleted = deleted
        }
        return try await caller.call(timeout: timeout) { options in
            try await service.listSessions(request, options: options)
        }
    }

    /// Changes the name, the description, or both.
    ///
    /// - Parameters:
    ///   - name: 1 to 200 characters. Nil: it stays.
    ///   - description: at most 200 characters; empty removes it. Nil: it stays.
    /// - Throws: `sessionNotFound`, `sessionDeleted`, `invalidArgument` (also if there is neither).
    public func rename(
        _ id: String, name: String? = nil, description: String? = nil, timeout: Duration? = nil
    ) async throws(ChatError) -> Session {
        let request = RenameSessionRequest.with {
            $0.sessionID = id
            if let name { $0.name = name }
            if let description { $0.description = description }
        }
        return try await caller.call(timeout: timeout) { options in
            try await service.renameSession(request, options: options)
        }
    }

    /// Moves a session to the trash: its messages are not listed any more, and writes to it are refused. Doing it again
    /// changes nothing.
    ///
    /// - Throws: `sessionNotFound`.
    @discardableResult
    public func delete(_ id: String, timeout: Duration? = nil) async throws(ChatError) -> Session {
        let request = DeleteSessionRequest.with { $0.sessionID = id }
        return try await caller.call(timeout: timeout) { options in
            try await service.deleteSession(request, options: options).session
        }
    }

    /// Takes a session out of the trash, with all that it had. Doing it again changes nothing.
    ///
    /// - Throws: `sessionNotFound`.
    @discardableResult
    public func restore(_ id: String, timeout: Duration? = nil) async throws(ChatError) -> Session {
        let request = RestoreSessionRequest.with { $0.sessionID = id }
        return try await caller.call(timeout: timeout) { options in
            try await service.restoreSession(request, options: options).session
        }
    }

    /// Begins a new epoch: the messages so far are no longer part of the session.
    ///
    /// It is not retried: if the answer to the first attempt was lost, a second one would also clear what others have appended
    /// since.
    ///
    /// - Throws: `sessionNotFound`, `sessionDeleted`.
    @discardableResult
    public func reset(_ id: String, timeout: Duration? = nil) async throws(ChatError) -> Session {
        let request = ResetSessionRequest.with { $0.sessionID = id }
        return try await caller.call(timeout: timeout) { options in
            try await service.resetSession(request, options: options).session
        }
    }
}
