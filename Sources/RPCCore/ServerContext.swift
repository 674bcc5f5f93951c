/// What a handler knows about the call that it serves.
public struct ServerContext: Sendable {
    /// By which door the call came in.
    public enum Surface: Sendable, Hashable {
        case grpc
        case rest
        case inProcess
    }

    /// The method: `/service/method`.
    public let path: String
    public let surface: Surface
    /// What the caller sent beside its request.
    public let metadata: Metadata
    /// The instant after which nobody waits for the answer any more.
    public let deadline: ContinuousClock.Instant?
    /// The peer's address in text form, for logs.
    public let peer: String
    /// What is to go out beside the answer.
    public let response: ResponseMetadata

    public init(
        path: String,
        surface: Surface,
        metadata: Metadata = [:],
        deadline: ContinuousClock.Instant? = nil,
        peer: String = "",
        response: ResponseMetadata = ResponseMetadata()
    ) {
        self.path = path
        self.surface = surface
        self.metadata = metadata
        self.deadline = deadline
        self.peer = peer
        self.response = response
    }
}
