import RPCCore

/// How a call ended: well, or with an error; and what came along.
struct CallEnd: Sendable {
    /// nil is OK.
    var error: RPCError?
    var trailingMetadata: Metadata
    /// Whether the server had begun its answer, with more than how the call ended.
    var isCommitted = false

    init(error: RPCError? = nil, trailingMetadata: Metadata = [:]) {
        self.error = error
        self.trailingMetadata = trailingMetadata
    }

    /// An error that this side found.
    static func failed(
        _ code: StatusCode, _ message: String, retryDelay: Duration? = nil, cause: (any Error)? = nil
    ) -> CallEnd {
        CallEnd(error: RPCError(code, message, retryDelay: retryDelay, cause: cause))
    }

    static let deadlineExceeded = CallEnd.failed(.deadlineExceeded, "the deadline passed before the call was over")
    static let cancelled = CallEnd.failed(.cancelled, "the caller cancelled the call")
}
