/// The limits and habits of a client channel.
public struct ClientChannelConfiguration: Sendable {
    /// What counts for endpoints that begin with `https://`.
    public var tls = ClientTLSConfiguration()
    /// How methods want to be called: timeouts, retries, hedging. Nil: nothing is said, and no call is made twice.
    public var service: ServiceConfiguration?
    /// Request messages of a call that come one by one are kept up to that size, to be sent again; beyond, the call is not
    /// retried.
    public var maximumRetryBytesPerCall = 256 * 1024
    /// Which of a target's servers gets a call.
    public var loadBalancing = LoadBalancingPolicy.pickFirst
    /// Finds the servers behind a name. Nil: with pick_first each connection looks up the name by itself and tries the
    /// addresses side by side; with round_robin ``NameResolver/system``.
    public var resolver: NameResolver?
    /// A name whose servers are known is looked up again when one of them fails, but not more often than that.
    public var minimumResolutionInterval: Duration = .seconds(30)
    /// How long a connection may take, from looking up the name to the server's HTTP/2 settings.
    public var connectTimeout: Duration = .seconds(20)
    /// A connection on which calls wait and nothing comes is asked by PING whether it is there, once it was silent for
    /// one to two of these. Nil: never, as is gRPC's default; at least 10 s are advised, since servers count PINGs.
    public var keepaliveInterval: Duration?
    /// How long a PING may go unanswered before the connection is given up and its calls end with UNAVAILABLE.
    public var keepaliveTimeout: Duration = .seconds(20)
    /// A connection without calls for one to two of these is closed; the next call opens another. Nil: never.
    public var idleTimeout: Duration? = .seconds(1_800)
    /// The wait between attempts to connect.
    public var connectionBackoff = ConnectionBackoff()
    /// The size of a response message, before it was compressed; longer ones are RESOURCE_EXHAUSTED.
    public var maximumResponseMessageBytes = 16 * 1024 * 1024
    /// Names, values and 32 for each field of a block of headers or trailers; longer ones are RESOURCE_EXHAUSTED.
    public var maximumResponseHeaderBytes = 16 * 1024
    /// Calls that wait for a connection, or for the server to allow more streams; beyond, RESOURCE_EXHAUSTED.
    public var maximumWaitingCalls = 10_000
    /// What the server may send on a stream before any of it is taken (SETTINGS_INITIAL_WINDOW_SIZE).
    public var streamWindowBytes = 1024 * 1024
    /// What the server may have on its way on all streams together. At most 2³¹ − 1, as is a stream's.
    public var connectionWindowBytes = 8 * 1024 * 1024
    /// Messages of a stream that were received and not taken; from here on the stream's window stays shut.
    public var maximumUntakenBytesPerStream = 256 * 1024
    /// Messages of a stream that were written and not sent; from here on writers wait.
    public var maximumUnsentBytesPerStream = 64 * 1024
    /// The value of `user-agent`, put before the library's own; printable ASCII.
    public var userAgentPrefix: String?

    public init() {}

    /// This library and its version.
    static let userAgent = "chatrpc-swift/0.1.0"

    /// The service's own wish counts first.
    var policy: LoadBalancingPolicy { service?.loadBalancing ?? loadBalancing }

    var http2: HTTP2Configuration {
        var http2 = HTTP2Configuration()
        http2.streamWindowBytes = UInt32(clamping: min(streamWindowBytes, Int(Int32.max)))
        http2.connectionWindowBytes = Int32(clamping: connectionWindowBytes)
        http2.maximumHeaderBytes = maximumResponseHeaderBytes
        return http2
    }

    var callLimits: ClientCall.Limits {
        ClientCall.Limits(
            messageBytes: maximumResponseMessageBytes, receivedBytes: maximumUntakenBytesPerStream,
            unsentBytes: maximumUnsentBytesPerStream)
    }

    var fullUserAgent: String {
        guard let userAgentPrefix, userAgentPrefix.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
            return Self.userAgent
        }
        return userAgentPrefix + " " + Self.userAgent
    }
}
