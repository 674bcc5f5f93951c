/// Which messages of a session to read.
public struct MessageQuery: Sendable, Hashable {
    public var sessionID: UUID
    /// 1 to 500.
    public var limit: Int
    public var offset: Int64
    public var afterSeq: Int64?
    public var beforeSeq: Int64?
    public var newestFirst: Bool
    /// Of the page, encoded: it ends before the message that would exceed this; the first message is always in it.
    public var maximumBytes: Int

    public init(
        sessionID: UUID, limit: Int = 200, offset: Int64 = 0, afterSeq: Int64? = nil,
        beforeSeq: Int64? = nil, newestFirst: Bool = false, maximumBytes: Int = 3 << 20
    ) {
        self.sessionID = sessionID
        self.limit = limit
        self.offset = offset
        self.afterSeq = afterSeq
        self.beforeSeq = beforeSeq
        self.newestFirst = newestFirst
        self.maximumBytes = maximumBytes
    }
}

/// Which sessions to list.
public struct SessionQuery: Sendable, Hashable {
    /// 1 to 100.
    public var limit: Int
    public var offset: Int64
    /// Where the page before ended.
    public var after: SessionPosition?
    public var userID: String?
    /// The deleted ones instead of the others.
    public var deleted: Bool

    public init(
        limit: Int = 20, offset: Int64 = 0, after: SessionPosition? = nil, userID: String? = nil,
        deleted: Bool = false
    ) {
        self.limit = limit
        self.offset = offset
        self.after = after
        self.userID = userID
        self.deleted = deleted
    }
}

/// A session's place in the order by last activity.
public struct SessionPosition: Sendable, Hashable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    public var lastActivity: Int64
    public var id: UUID

    public init(lastActivity: Int64, id: UUID) {
        self.lastActivity = lastActivity
        self.id = id
    }
}

/// A session to create.
public struct NewSession: Sendable, Hashable {
    public var id: UUID
    public var name: String
    public var description: String?
    public var agentName: String?
    public var userID: String?

    public init(
        id: UUID, name: String? = nil, description: String? = nil, agentName: String? = nil,
        userID: String? = nil
    ) {
        self.id = id
        self.name = name ?? NewSession.defaultName(of: id)
        self.description = description
        self.agentName = agentName
        self.userID = userID
    }

    /// The name of a session that was given none: "Session " and the first 8 characters of its id.
    public static func defaultName(of id: UUID) -> String {
        "Session " + id.description.prefix(8)
    }
}
