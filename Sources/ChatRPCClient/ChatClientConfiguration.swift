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
    /// The limits of the connection.
    public var channel = ClientChannelConfiguration()

    public init() {}
}
