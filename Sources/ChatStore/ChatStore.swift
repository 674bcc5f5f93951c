public import GeneratedMessages

/// Where sessions and messages are kept: PostgreSQL or SQLite. Both keep the invariants of ARCHITECTURE.md, and one
/// test-suite runs over both.
///
/// Ids are parsed and fields are checked before they get here (the chat service does it). Rows are decoded straight
/// into generated messages. Every failure is thrown as a ``StoreError``.
///
/// `owner` restricts a call to the sessions of one user: any other session is as if it were not there. Nil, where no
/// authentication is configured or for a service, restricts nothing.
public protocol ChatStore: Sendable {
    /// Connects, makes or migrates the tables and serves calls, until the task is cancelled; then finishes what was
    /// accepted and closes. It throws only for what no retry can mend, such as an unsafe database configuration.
    func run() async throws

    /// Whether calls can succeed now.
    var isUsable: Bool { get }

    /// Appends messages to one session, all or none, creating the session where there is none. It returns, in the
    /// order of the items, once they are durable.
    ///
    /// The order of checks, per item: owner (sessionNotFound), known id (a duplicate, or messageConflict),
    /// sessionDeleted, epochStale. Duplicates write nothing.
    func append(_ append: Append) async throws -> [AppendResult]

    /// The same for callers who append more before they have the answer: what is submitted first is appended first, within a session. The
    /// answer comes on a thread of the store's, which must not be kept.
    func submit(_ append: Append, _ answer: @escaping @Sendable (Result<[AppendResult], any Error>) -> Void)

    /// A page of visible messages of the current epoch. A session that is not there, or is deleted, is an empty page.
    func listMessages(_ query: MessageQuery, owner: String?) async throws -> ListMessagesResponse

    /// One visible message of the current epoch of a session that is not deleted; messageNotFound otherwise.
    func message(_ id: UUID, in session: UUID, owner: String?) async throws -> Message

    /// Edits or deletes a visible message of the current epoch, and returns it as it is then; see ``MessageChange``. A deleted one keeps
    /// its seq and its id. Moves the session's revision by one, unless nothing would change.
    ///
    /// The order of checks: messageNotFound (owner and session, too), sessionDeleted, revisionMismatch. Deleting a message again
    /// is a success that changes nothing; editing it is messageNotFound.
    func changeMessage(
        _ id: UUID, in session: UUID, _ change: MessageChange, owner: String?
    ) async throws -> Message

    /// What has changed in a session since a cursor: messages that are new or were changed, and the session itself, each once, as
    /// it is now, by revision. Of a deleted session only itself. sessionNotFound, cursorExpired.
    func changes(_ query: ChangeQuery, owner: String?) async throws -> ChangePage

    /// Makes a session, or returns the one with that id as it is. sessionDeleted if it is; sessionNotFound if it is
    /// another owner's.
    func createSession(_ session: NewSession, owner: String?) async throws -> Session

    /// A session, deleted or not.
    func session(_ id: UUID, owner: String?) async throws -> Session

    /// A page of sessions by last activity (last_message_at, or else created_at), newest first, then by id. Fills in
    /// sessions and has_more; the tokens are the service's.
    func listSessions(_ query: SessionQuery, owner: String?) async throws -> ListSessionsResponse

    /// Changes the name, the description, or both; an empty description removes it. Moves the revision by one, unless
    /// nothing would change. sessionDeleted for a deleted one.
    func renameSession(
        _ id: UUID, name: String?, description: String?, owner: String?
    ) async throws -> Session

    /// Sets is_active to false and moves the revision by one; a success that changes nothing where it is so already.
    func deleteSession(_ id: UUID, owner: String?) async throws -> Session

    /// Sets is_active to true and moves the revision by one; a success that changes nothing where it is so already.
    func restoreSession(_ id: UUID, owner: String?) async throws -> Session

    /// Begins a new epoch: reset_epoch and revision move by one, message_count becomes 0, preview and last_message_at
    /// become absent, last_seq stays. Where the current epoch has no message it is a success that changes nothing.
    /// sessionDeleted for a deleted one.
    func resetSession(_ id: UUID, owner: String?) async throws -> Session
}
