public import GeneratedMessages
public import ProtobufRuntime

/// Messages to append to one session, all or none.
///
/// Texts are views into the request that they came in, so that content goes from the wire to the database without a
/// Swift `String` in between.
public struct Append: Sendable {
    public struct Item: Sendable {
        public var messageID: UUID
        /// SHA-256 of the canonical create request; what *same content* means.
        public var digest: MessageDigest
        public var role: Role
        /// UTF-8 without NUL.
        public var content: FieldBytes
        public var agentName: FieldBytes?
        public var userID: FieldBytes?
        /// The text of a JSON object that PostgreSQL's JSONB is known to take.
        public var metadata: FieldBytes?
        /// Microseconds since 1970-01-01T00:00:00Z.
        public var timestamp: Int64
        /// The epoch that the caller believes current.
        public var expectedEpoch: Int64?
        /// A known id is a duplicate whatever its content (messages that pages sync by their client_id).
        public var acceptsKnownContent: Bool

        public init(
            messageID: UUID, digest: MessageDigest, role: Role, content: FieldBytes,
            agentName: FieldBytes? = nil, userID: FieldBytes? = nil, metadata: FieldBytes? = nil,
            timestamp: Int64, expectedEpoch: Int64? = nil, acceptsKnownContent: Bool = false
        ) {
            self.messageID = messageID
            self.digest = digest
            self.role = role
            self.content = content
            self.agentName = agentName
            self.userID = userID
            self.metadata = metadata
            self.timestamp = timestamp
            self.expectedEpoch = expectedEpoch
            self.acceptsKnownContent = acceptsKnownContent
        }
    }

    public var sessionID: UUID
    public var items: [Item]
    /// Restricts the append to this user's session; see ``ChatStore``.
    public var owner: String?
    /// After it the append is dropped before it reaches the database, as long as it has not.
    public var deadline: ContinuousClock.Instant?

    public init(
        sessionID: UUID, items: [Item], owner: String? = nil,
        deadline: ContinuousClock.Instant? = nil
    ) {
        self.sessionID = sessionID
        self.items = items
        self.owner = owner
        self.deadline = deadline
    }
}

/// What became of one appended message.
public struct AppendResult: Sendable, Hashable {
    public var seq: Int64
    public var revision: Int64
    /// Whether the message was there already; then seq, revision and timestamp are the stored ones.
    public var duplicate: Bool
    /// Microseconds since 1970-01-01T00:00:00Z.
    public var timestamp: Int64
    /// The id of the message that was there already, where it is another one than the item's: one that a page knows by an id of its
    /// own. Nil everywhere else.
    public var storedID: UUID?

    public init(seq: Int64, revision: Int64, duplicate: Bool, timestamp: Int64, storedID: UUID? = nil) {
        self.seq = seq
        self.revision = revision
        self.duplicate = duplicate
        self.timestamp = timestamp
        self.storedID = storedID
    }
}
