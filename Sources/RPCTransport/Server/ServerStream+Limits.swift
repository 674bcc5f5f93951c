internal import NIOCore
internal import RPCCore

/// What a connection keeps for a peer that asks for more than it reads.
extension HTTP2ServerConnection {
    /// Why no handler is started now for a request of that size, if so.
    func refusal(ofRequestWith bytes: Int) -> RPCError? {
        if let refusal = load.refusal ?? load.refusal(ofRequestWith: bytes) { return refusal }
        if bytes >= RequestBytes.step, heldBytes.count + bytes > configuration.maximumHeldRequestBytes {
            return .tooMuchUploaded
        }
        if runningHandlers >= configuration.maximumRunningHandlers {
            return RPCError(
                .resourceExhausted, "too many calls are running on this connection", reason: "TOO_MANY_CALLS",
                retryDelay: .milliseconds(100))
        }
        return isQueueFull ? .tooManyUnread : nil
    }

    var isQueueFull: Bool { queuedResponseBytes > configuration.maximumQueuedResponseBytes }
}

extension ServerStream {
    /// Keeps the connection's account of the answers that wait.
    func countQueued() {
        let bytes = outgoing.queuedBytes
        connection.queuedResponseBytes += bytes - countedQueuedBytes
        countedQueuedBytes = bytes
    }

    /// Bytes that may wait on this stream before its handler waits itself: less where many streams are open.
    var queueLimit: Int {
        let configuration = connection.configuration
        let share = configuration.maximumQueuedResponseBytes / max(session.openStreams, 1)
        return min(configuration.maximumQueuedBytesPerStream, share)
    }

    /// Whether an answer of that size has to be dropped, because too much waits on the connection already. Small ones never
    /// are: they may tell that something was written.
    func isTooMuch(_ bytes: Int) -> Bool {
        bytes > connection.configuration.maximumQueuedBytesPerStream && connection.isQueueFull
    }

    /// Whether bytes have waited since then at least, without any having left.
    func isStalled(since: NIODeadline, now: NIODeadline) -> Bool {
        progress.isStalled(queuedBytes: outgoing.queuedBytes, since: since, now: now)
    }
}

/// Whether a stream's bytes leave, as it looks from time to time. A window that is opened byte by byte is as good as shut.
struct WriteProgress {
    private static let minimumBytes = 16 * 1_024

    var sentBytes = 0
    private var seenBytes = 0
    private var stalledSince: NIODeadline?

    mutating func isStalled(queuedBytes: Int, since: NIODeadline, now: NIODeadline) -> Bool {
        guard queuedBytes > 0, sentBytes - seenBytes < Self.minimumBytes, let start = stalledSince else {
            seenBytes = sentBytes
            stalledSince = queuedBytes > 0 ? now : nil
            return false
        }
        return start <= since
    }
}

extension RPCError {
    static var tooManyUnread: RPCError {
        RPCError(
            .resourceExhausted, "too much that was answered on this connection has not been read yet",
            reason: "TOO_MANY_CALLS", retryDelay: .milliseconds(100))
    }
}
