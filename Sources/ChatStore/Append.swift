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

    public init(seq: Int64, revision: Int64, duplicate: Bool, timestamp: Int64) {
        self.seq = seq
        self.revision = revision
        self.duplicate = duplicate
        self.timestamp = timestamp
    }
}

/// A SHA-256 digest: 32 bytes.
public struct MessageDigest: Sendable, Hashable {
    public let words: (UInt64, UInt64, UInt64, UInt64)

    /// From the digest's four big-endian words.
    public init(word0: UInt64, word1: UInt64, word2: UInt64, word3: UInt64) {
        words = (word0, word1, word2, word3)
    }

    /// From 32 bytes; nil if there are more or fewer.
    public init?(_ bytes: some Sequence<UInt8>) {
        var words: [UInt64] = [0, 0, 0, 0]
        var count = 0
        for byte in bytes {
            guard count < 32 else { return nil }
            words[count / 8] = words[count / 8] << 8 | UInt64(byte)
            count += 1
        }
        guard count == 32 else { return nil }
        self.words = (words[0], words[1], words[2], words[3])
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        [words.0, words.1, words.2, words.3].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) }
        }
    }

    public static func == (left: MessageDigest, right: MessageDigest) -> Bool {
        left.words == right.words
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
    }
}
