public import RPCCore

/// Why a call to a chat server failed.
public struct ChatError: Error, Sendable {
    /// What kind of failure it is. More may come: have a `default` when you switch.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let description: String

        /// There is no such session, or it is another user's.
        public static let sessionNotFound = Code(description: "sessionNotFound")
        /// There is no such message in the session, or it is deleted or of an older epoch.
        public static let messageNotFound = Code(description: "messageNotFound")
        /// The message id is taken by another content: nothing was written.
        public static let messageIDConflict = Code(description: "messageIDConflict")
        /// The session is in the trash: restore it first. Nothing was written.
        public static let sessionDeleted = Code(description: "sessionDeleted")
        /// The session was reset since the epoch that the call names. Nothing was written.
        public static let epochStale = Code(description: "epochStale")
        /// The message has another revision than the call names: read it again. Nothing was written.
        public static let revisionMismatch = Code(description: "revisionMismatch")
        /// The cursor is not one of the store as it is now: begin again without one.
        public static let cursorExpired = Code(description: "cursorExpired")
        /// The content, the batch or the page is over a limit.
        public static let tooLarge = Code(description: "tooLarge")
        /// A field of the request is wrong: ``ChatError/fieldViolations`` says which.
        public static let invalidArgument = Code(description: "invalidArgument")
        /// The server wants to know who calls.
        public static let unauthenticated = Code(description: "unauthenticated")
        /// The caller may not do that.
        public static let permissionDenied = Code(description: "permissionDenied")
        /// Too many calls: try again later.
        public static let overloaded = Code(description: "overloaded")
        /// The server can't be reached, or not its database: try again later.
        public static let unavailable = Code(description: "unavailable")
        /// There was no answer in time. Whether the call took effect is not known.
        public static let deadlineExceeded = Code(description: "deadlineExceeded")
        /// The task that made the call was cancelled, or the client is closed. Whether the call took effect is not known.
        public static let cancelled = Code(description: "cancelled")
        /// Anything else: see ``ChatError/rpc``.
        public static let other = Code(description: "other")
    }

    public var code: Code
    /// The error as the server, or the transport, told it: status, message, reason, details, trailing metadata.
    public var rpc: RPCError
    /// How often the call was tried.
    public var attempts: Int

    public init(_ rpc: RPCError, attempts: Int = 1) {
        self.rpc = rpc
        self.attempts = attempts
        code = Code(rpc)
    }

    /// For people.
    public var message: String { rpc.message }
    /// The fields of the request that are wrong, with `invalidArgument` and `tooLarge`.
    public var fieldViolations: [RPCError.FieldViolation] { rpc.fieldViolations }
    /// When to try again, if the server said so.
    public var retryDelay: Duration? { rpc.retryDelay }

    /// Whether the same call may succeed later. An append that is made again has to name the same message id.
    public var isWorthRetrying: Bool {
        code == .unavailable || code == .overloaded || code == .deadlineExceeded
    }
}

extension ChatError.Code {
    /// By the reason, which is exact; else by the status.
    init(_ error: RPCError) {
        self =
            switch error.reason {
            case "SESSION_NOT_FOUND": .sessionNotFound
            case "MESSAGE_NOT_FOUND": .messageNotFound
            case "MESSAGE_ID_CONFLICT": .messageIDConflict
            case "SESSION_DELETED": .sessionDeleted
            case "EPOCH_STALE": .epochStale
            case "REVISION_MISMATCH": .revisionMismatch
            case "CURSOR_EXPIRED": .cursorExpired
            case "CONTENT_TOO_LARGE": .tooLarge
            default: Self.of(error.code)
            }
    }

    private static func of(_ status: StatusCode) -> Self {
        switch status {
        case .invalidArgument, .outOfRange: .invalidArgument
        case .unauthenticated: .unauthenticated
        case .permissionDenied: .permissionDenied
        case .resourceExhausted: .overloaded
        case .unavailable: .unavailable
        case .deadlineExceeded: .deadlineExceeded
        case .cancelled: .cancelled
        default: .other
        }
    }
}

extension ChatError: CustomStringConvertible {
    public var description: String {
        attempts == 1 ? "\(code): \(rpc)" : "\(code) after \(attempts) attempts: \(rpc)"
    }
}
