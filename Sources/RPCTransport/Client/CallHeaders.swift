import NIOCore
import RPCCore

/// The request's header fields (gRPC PROTOCOL-HTTP2, Requests).
struct CallHeaders {
    private let scheme: String
    private let authority: String
    private let userAgent: String

    init(target: ClientTarget, userAgent: String) {
        scheme = target.scheme
        authority = target.authority
        self.userAgent = userAgent
    }

    /// - Parameter now: `grpc-timeout` says what is left of the time from here on.
    func block(for request: CallRequest, now: NIODeadline) -> HeaderBlock {
        var block = HeaderBlock([
            ":method": "POST", ":scheme": scheme, ":path": request.path, ":authority": authority,
            "te": "trailers", "content-type": "application/grpc", "user-agent": userAgent,
            "grpc-accept-encoding": AcceptedCompressions.header.description,
        ])
        if let compression = request.compression { block.append("grpc-encoding", compression.rawValue) }
        if request.deadline != .distantFuture {
            block.append("grpc-timeout", GRPCTimeout.format(Self.rounded(request.deadline - now)))
        }
        if request.previousAttempts > 0 { block.append("grpc-previous-rpc-attempts", String(request.previousAttempts)) }
        MetadataFields.append(request.metadata, to: &block)
        return block
    }

    /// Up to a whole millisecond where that makes no difference: the calls of a client then have the same value most of
    /// the time, which header compression turns into one byte.
    private static func rounded(_ time: TimeAmount) -> Duration {
        let nanoseconds = max(time.nanoseconds, 0)
        guard nanoseconds >= 1_000_000_000 else { return .nanoseconds(nanoseconds) }
        return .milliseconds(nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 == 0 ? 0 : 1))
    }
}
