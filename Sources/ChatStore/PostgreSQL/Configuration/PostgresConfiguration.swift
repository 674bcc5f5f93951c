/// Where the PostgreSQL database is, and every limit of the store that keeps messages in it.
public struct PostgresConfiguration: Sendable {
    /// The database that existing deployments use.
    public static let defaultSchema = "radbot_chathistory"

    var settings: ConnectionSettings

    /// The schema of the tables, made where it is not there. Any name that PostgreSQL takes; it is always quoted.
    public var schema: String

    /// Threads that append, with one connection each. A session's appends always go through the same one.
    public var appendLanes = 2
    /// Connections that read, served by one thread.
    public var readConnections = 2
    /// Serves although the database's fsync or synchronous_commit is off: acknowledged messages can then be lost.
    public var allowUnsafeDurability = false
    public var limits = Limits()

    /// Sizes, counts and times.
    public struct Limits: Sendable {
        /// Messages in one transaction; a bigger batch has one of its own.
        public var maximumGroupMessages = 500
        /// Bytes of the texts in one transaction; a bigger batch has one of its own.
        public var maximumGroupBytes = 4 << 20
        /// Messages that wait for one lane; above, appends are refused as overloaded.
        public var maximumQueuedMessages = 10_000
        /// Bytes of the texts that wait for one lane.
        public var maximumQueuedBytes = 64 << 20
        /// Reads that wait for the connections.
        public var maximumQueuedReads = 2_000
        /// Reads under way on one connection.
        public var readPipelineDepth = 8
        /// Attempts of a transaction that others made fail.
        public var maximumTransactionAttempts = 5
        /// When callers are told to try again.
        public var retryAfter = Duration.milliseconds(200)
        /// PostgreSQL's statement_timeout for this store's statements.
        public var statementTimeoutSeconds = 30
        /// PostgreSQL's lock_timeout: how long a row may be locked by somebody else.
        public var lockTimeoutSeconds = 10
        /// A connection that says nothing for so long while an answer is due is given up.
        public var answerTimeoutSeconds = 45
        public var connectTimeoutSeconds = 10
        public var firstReconnectMilliseconds = 50
        public var longestReconnectMilliseconds = 5_000
        /// How long accepted work may take to finish at the end.
        public var shutdownSeconds = 10

        public init() {}

        var ofAppendQueue: CommitQueueLimits {
            CommitQueueLimits(
                waitingMessages: maximumQueuedMessages, waitingBytes: maximumQueuedBytes,
                groupMessages: maximumGroupMessages, groupBytes: maximumGroupBytes)
        }

        var ofReadQueue: CommitQueueLimits {
            CommitQueueLimits(
                waitingMessages: maximumQueuedReads, waitingBytes: .max, groupMessages: 0, groupBytes: 0)
        }
    }

    /// From a `postgresql://` URL or a keyword/value string, as libpq takes them (PostgreSQL documentation, 34.1.1):
    /// several hosts, `sslmode` and all else included. Throws ``PostgresConfigurationError`` for a wrong one.
    public init(url: String, schema: String = PostgresConfiguration.defaultSchema) throws {
        settings = try ConnectionSettings(url)
        try PostgresConfiguration.check(schema: schema)
        self.schema = schema
    }

    private static func check(schema: String) throws(PostgresConfigurationError) {
        guard !schema.isEmpty, schema.utf8.count <= 63, !schema.utf8.contains(0) else {
            throw PostgresConfigurationError("a schema's name has 1 to 63 bytes and no NUL")
        }
        guard !schema.hasPrefix("pg_") else {
            throw PostgresConfigurationError("a schema's name may not begin with pg_: those are PostgreSQL's own")
        }
    }
}

/// What is wrong with a database URL or with the configuration of the store. It never quotes a password.
public struct PostgresConfigurationError: Error, Sendable, CustomStringConvertible {
    public let message: String

    init(_ message: String) {
        self.message = message
    }

    public var description: String { message }
}
