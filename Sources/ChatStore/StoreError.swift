/// Why the store could not do what it was asked.
public struct StoreError: Error, Sendable {
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let description: String

        /// The session is not there, or is another owner's.
        public static let sessionNotFound = Code(description: "sessionNotFound")
        public static let messageNotFound = Code(description: "messageNotFound")
        /// The message id is taken by another content.
        public static let messageConflict = Code(description: "messageConflict")
        public static let sessionDeleted = Code(description: "sessionDeleted")
        /// The message has another revision than the caller has seen.
        public static let revisionMismatch = Code(description: "revisionMismatch")
        /// The cursor is another store's, or ahead of this one.
        public static let cursorExpired = Code(description: "cursorExpired")
        /// The caller's epoch is older than the session's.
        public static let epochStale = Code(description: "epochStale")
        /// The database refused this row; its neighbours are not touched by that.
        public static let rowRefused = Code(description: "rowRefused")
        /// The queue is full: nothing was done, try again later.
        public static let overloaded = Code(description: "overloaded")
        /// The database can't be reached: nothing was done, try again later.
        public static let unavailable = Code(description: "unavailable")
        /// The outcome of a commit is not known: sending the same message id again settles it.
        public static let inDoubt = Code(description: "inDoubt")
        /// The deadline had passed before the work reached the database: nothing was written.
        public static let deadlineExceeded = Code(description: "deadlineExceeded")
        /// A bug, ours or the database's.
        public static let failed = Code(description: "failed")
    }

    public var code: Code
    /// For the log: it may hold SQL states and the database's own words, never a caller's text.
    public var message: String
    /// Which item of the append.
    public var index: Int?
    /// The session's current epoch, with epochStale.
    public var currentEpoch: Int64?
    /// The message's revision now, with revisionMismatch.
    public var currentRevision: Int64?
    /// When to try again, with overloaded and unavailable.
    public var retryAfter: Duration?
    public var cause: (any Error)?

    public init(
        _ code: Code, _ message: String = "", index: Int? = nil, currentEpoch: Int64? = nil,
        currentRevision: Int64? = nil, retryAfter: Duration? = nil, cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.index = index
        self.currentEpoch = currentEpoch
        self.currentRevision = currentRevision
        self.retryAfter = retryAfter
        self.cause = cause
    }
}
