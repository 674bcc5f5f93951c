/// Why a call failed: what the caller is told (code, message, details) and what only the log sees (cause).
///
/// By gRPC the details travel as `google.rpc.Status` in `grpc-status-details-bin` (ErrorInfo, RetryInfo,
/// BadRequest); by REST as members of `application/problem+json`.
public struct RPCError: Error, Sendable {
    /// One field of the request that was wrong (google.rpc.BadRequest.FieldViolation).
    public struct FieldViolation: Hashable, Sendable {
        /// The path of the field, for example `messages[3].role`.
        public var field: String
        /// What is wrong with it.
        public var description: String

        public init(field: String, description: String) {
            self.field = field
            self.description = description
        }
    }

    public var code: StatusCode
    /// For people. It reaches the caller: no SQL, host or path belongs in it.
    public var message: String
    /// For programs: an UPPER_SNAKE_CASE constant (google.rpc.ErrorInfo.reason).
    public var reason: String?
    /// Facts that belong to the reason (google.rpc.ErrorInfo.metadata).
    public var reasonMetadata: [String: String]
    public var fieldViolations: [FieldViolation]
    /// When to try again (google.rpc.RetryInfo.retry_delay).
    public var retryDelay: Duration?
    /// Trailing metadata to send, or that was received.
    public var metadata: Metadata
    /// What led to it. It never reaches the caller.
    public var cause: (any Error)?
    /// How often the call was made, on a channel that makes calls again.
    public package(set) var attempts = 1

    public init(
        _ code: StatusCode,
        _ message: String,
        reason: String? = nil,
        reasonMetadata: [String: String] = [:],
        fieldViolations: [FieldViolation] = [],
        retryDelay: Duration? = nil,
        metadata: Metadata = [:],
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.reason = reason
        self.reasonMetadata = reasonMetadata
        self.fieldViolations = fieldViolations
        self.retryDelay = retryDelay
        self.metadata = metadata
        self.cause = cause
    }

    /// INVALID_ARGUMENT for one field; the message names it.
    public static func invalidField(
        _ field: String,
        _ description: String,
        reason: String = "INVALID_FIELD"
    ) -> RPCError {
        RPCError(
            .invalidArgument, "\(field): \(description)", reason: reason,
            fieldViolations: [FieldViolation(field: field, description: description)])
    }

    /// Whether the error carries anything that needs `grpc-status-details-bin`.
    public var hasDetails: Bool {
        reason != nil || !fieldViolations.isEmpty || retryDelay != nil
    }
}

extension RPCError {
    /// What the caller is told of an error that a handler threw.
    package init(handlerError error: any Error) {
        switch error {
        case var error as RPCError:
            // There is no failing with OK, and no client expects a number below it.
            if error.code.rawValue <= StatusCode.ok.rawValue { error.code = .unknown }
            self = error
        case is CancellationError:
            self.init(.cancelled, "the call was cancelled", cause: error)
        default:
            self.init(.unknown, "the call failed on the server", cause: error)
        }
    }
}

extension RPCError: CustomStringConvertible {
    public var description: String {
        var text = "\(code.name): \(message)"
        if let reason { text += " (\(reason))" }
        if let cause { text += " caused by \(cause)" }
        return text
    }
}
