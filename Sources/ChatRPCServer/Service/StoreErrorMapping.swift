import ChatStore
import RPCCore

extension RPCError {
    /// What a caller is told of a store's failure: the code, a reason, and no word of the database.
    ///
    /// - Parameters:
    ///   - isOfRead: Whether the call was one that writes nothing anyway.
    ///   - itemPrefix: The path of an item of a batch.
    init(_ error: StoreError, isOfRead: Bool = false, itemPrefix: (Int) -> String = { _ in "" }) {
        let item = error.index.map(itemPrefix) ?? ""
        switch error.code {
        case .sessionNotFound:
            self.init(.notFound, "there is no such session", reason: "SESSION_NOT_FOUND", cause: error)
        case .messageNotFound:
            self.init(.notFound, "there is no such message", reason: "MESSAGE_NOT_FOUND", cause: error)
        case .messageConflict:
            self.init(
                .alreadyExists, "\(item)message_id: is taken by a message with other content",
                reason: "MESSAGE_ID_CONFLICT",
                fieldViolations: [.init(field: item + "message_id", description: "is taken")], cause: error)
        case .sessionDeleted:
            self.init(
                .failedPrecondition, "the session is deleted; restore it to write to it",
                reason: "SESSION_DELETED", cause: error)
        case .epochStale:
            self.init(
                .failedPrecondition, "\(item)reset_epoch: the session has been reset since",
                reason: "EPOCH_STALE",
                reasonMetadata: error.currentEpoch.map { ["current_epoch": String($0)] } ?? [:],
                fieldViolations: [.init(field: item + "reset_epoch", description: "is older than the session's")],
                cause: error)
        case .revisionMismatch:
            self.init(
                .aborted, "the message has another revision by now; read it again",
                reason: "REVISION_MISMATCH",
                reasonMetadata: error.currentRevision.map { ["current_revision": String($0)] } ?? [:], cause: error)
        case .cursorExpired:
            self.init(
                .outOfRange, "the cursor is not one of this store as it is now; begin again without one",
                reason: "CURSOR_EXPIRED", cause: error)
        case .rowRefused:
            self.init(
                .invalidArgument, "\(item)the database can't store this message", reason: "ROW_REFUSED",
                cause: error)
        case .overloaded:
            self.init(
                .resourceExhausted, "the server has more work than it can hold; try again",
                reason: "OVERLOADED", retryDelay: error.retryAfter ?? .seconds(1), cause: error)
        case .unavailable:
            self.init(
                .unavailable, "the database can't be reached; \(isOfRead ? "" : "nothing was written, ")try again",
                reason: "STORE_UNAVAILABLE", retryDelay: error.retryAfter ?? .seconds(1), cause: error)
        case .inDoubt:
            self.init(
                .unavailable,
                "whether it was written is not known; send it again with the same ids to find out",
                reason: "IN_DOUBT", retryDelay: error.retryAfter ?? .milliseconds(100), cause: error)
        case .deadlineExceeded:
            self.init(
                .deadlineExceeded, "the deadline passed before it was written", reason: "DEADLINE_EXCEEDED",
                cause: error)
        default:
            self.init(.internalError, "the server failed", reason: "INTERNAL", cause: error)
        }
    }
}
