public import RPCCore
public import RPCTransport

/// How a client makes its calls.
public struct ChatClientConfiguration: Sendable {
    /// How long a call may take, all its attempts together; nil means for ever. Each call can say otherwise.
    public var timeout: Duration? = .seconds(10)
    /// When a failed call is made again.
    public var retries = RetryPolicy()
    /// What goes along with every call.
    public var metadata: Metadata = [:]
    /// How requests are compressed; nil sends them as they are. Answers may come compressed whatever is said here.
    public var compression: Compression?
    /// Whether calls wait for the server, as long as their time allows, where there is none; otherwise they fail as soon as
    /// that is known (and are retried). Nil: as `channel.service` says.
    public var waitForReady: Bool?
    /// What stands around every call, the first one outermost; for example what adds a token to its metadata.
    public var interceptors: [any ClientInterceptor] = []
    /// The limits of the connection. A `service` of your own counts instead of `retries`.
    public var channel = ClientChannelConfiguration()

    public init() {}
}
