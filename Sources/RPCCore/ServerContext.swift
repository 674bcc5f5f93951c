internal import Synchronization

/// What a handler knows about the call that it serves.
public final class ServerContext: Sendable {
    /// By which door the call came in.
    public enum Surface: Sendable, Hashable {
        case grpc
        case rest
        case connect
        case grpcWeb
        case inProcess
    }

    /// The method: `/service/method`.
    public let path: String
    public let surface: Surface
    /// What the caller sent beside its request.
    public let metadata: Metadata
    /// The instant after which nobody waits for the answer any more.
    public let deadline: ContinuousClock.Instant?
    /// When the request was read, or its first part where it comes in several: calls are timed from then on.
    public let receivedAt: ContinuousClock.Instant
    /// The peer's address in text form, for logs.
    public let peer: String
    /// Whether the request came compressed, where it is one message. (`MessageStream` tells it of each of many.)
    public let isRequestCompressed: Bool
    /// Who the peer is, where it showed a certificate that was verified (mutual TLS).
    public let peerIdentity: PeerIdentity?
    private let lazyResponse = AtomicLazyReference<ResponseMetadata>()
    /// Asked first: it costs less than the other.
    private let isResponseUsed = Atomic(false)

    public init(
        path: String,
        surface: Surface,
        metadata: Metadata = [:],
        deadline: ContinuousClock.Instant? = nil,
        receivedAt: ContinuousClock.Instant = .now,
        peer: String = "",
        isRequestCompressed: Bool = false,
        peerIdentity: PeerIdentity? = nil
    ) {
        self.path = path
        self.surface = surface
        self.metadata = metadata
        self.deadline = deadline
        self.receivedAt = receivedAt
        self.peer = peer
        self.isRequestCompressed = isRequestCompressed
        self.peerIdentity = peerIdentity
    }

    /// What is to go out beside the answer.
    public var response: ResponseMetadata {
        if let response = usedResponse { return response }
        let response = lazyResponse.storeIfNil(ResponseMetadata())
        isResponseUsed.store(true, ordering: .releasing)
        return response
    }

    /// The same, nil if no handler has asked for it: most calls have none.
    package var usedResponse: ResponseMetadata? {
        isResponseUsed.load(ordering: .acquiring) ? lazyResponse.load() : nil
    }
}
