public import GeneratedMessages

/// Where a reader of a session's changes stands: what it has seen.
public struct ChangeCursor: Sendable, Hashable {
    /// Of the database: another one, or one restored from a backup made anew, has other cursors.
    public var storeID: UUID
    public var sessionID: UUID
    public var resetEpoch: Int64
    /// Messages up to it have been seen as they were made.
    public var seq: Int64
    /// Changes of messages up to it have been seen.
    public var revision: Int64
    /// Changes of the session itself up to it have been seen. Apart from `revision`, since a deleted session shows no messages.
    public var sessionRevision: Int64

    public init(
        storeID: UUID, sessionID: UUID, resetEpoch: Int64, seq: Int64, revision: Int64, sessionRevision: Int64
    ) {
        self.storeID = storeID
        self.sessionID = sessionID
        self.resetEpoch = resetEpoch
        self.seq = seq
        self.revision = revision
        self.sessionRevision = sessionRevision
    }
}

/// Which changes to read.
public struct ChangeQuery: Sendable {
    public var sessionID: UUID
    /// Nil: from the beginning.
    public var after: ChangeCursor?
    /// 1 to 500.
    public var limit: Int
    /// Of the messages, encoded; the first one is always in the answer.
    public var maximumBytes: Int

    public init(sessionID: UUID, after: ChangeCursor? = nil, limit: Int = 200, maximumBytes: Int = 3 << 20) {
        self.sessionID = sessionID
        self.after = after
        self.limit = limit
        self.maximumBytes = maximumBytes
    }
}

/// Changes by revision, and where to go on.
public struct ChangePage: Sendable {
    public var changes: ListChangesResponse
    public var next: ChangeCursor
}
