/// The limits and habits of a client channel.
public struct ClientChannelConfiguration: Sendable {
    /// What counts for endpoints that begin with `https://`.
    public var tls = ClientTLSConfiguration()
    /// How long a connection may take, from looking up the name to the server's HTTP/2 settings.
    public var connectTimeout: Duration = .seconds(20)
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
