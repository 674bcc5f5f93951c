public import RPCCore

/// Every limit of the transport, with its unit in its name.
public struct TransportConfiguration: Sendable {
    // MARK: Connections

    /// Connections that may be open at once; those beyond are closed as they come.
    public var maximumConnections = 10_000
    /// Connections that may wait to be accepted (`listen`'s backlog).
    public var listenBacklog = 1_024
    /// How long a peer may take to show which protocol it speaks, and to send the header section of a request.
    public var headerTimeoutSeconds = 15
    /// How long the body of a request may take.
    public var requestTimeoutSeconds = 120
    /// How long a connection may be open with nothing going on.
    public var idleTimeoutSeconds = 300
    /// How long a peer may leave what we send unread, or a stream's window shut, before its connection or stream is closed.
    public var writeStallTimeoutSeconds = 120
    /// How long a connection that ends with answers on their way to a slow peer waits for it to have read them and closed.
    public var lingerTimeoutSeconds = 30

    /// How long a peer with open calls may be silent before it is asked by PING whether it is there, and how long it may take to
    /// say so.
    public var keepaliveIntervalSeconds = 120
    public var keepaliveTimeoutSeconds = 20
    /// How old a connection gets, give or take a tenth, before its peer is asked to open another; nil: any age. What it has begun
    /// by then may take `connectionAgeGraceSeconds` more.
    public var maximumConnectionAgeSeconds: Int?
    public var connectionAgeGraceSeconds = 60
    /// PINGs that come faster, with nothing sent to the peer in between, are forgiven twice (gRPC proposal A8).
    public var minimumPingIntervalSeconds = 5

    // MARK: HTTP/2

    /// Streams that a peer may have open at once on a connection.
    public var maximumConcurrentStreams = 1_000
    /// Handlers of one connection that may run at once, those whose streams were reset included.
    public var maximumRunningHandlers = 1_000
    /// The same of all connections together, by either version of HTTP.
    public var maximumRunningHandlersOfServer = 100_000
    /// DATA that a peer may send on a stream ahead of what is taken, in bytes.
    public var streamWindowBytes = 256 * 1_024
    /// DATA that a peer may send on a connection ahead of what is read, in bytes.
    public var connectionWindowBytes = 4 * 1_024 * 1_024
    /// Parts of requests that a connection may keep, all streams together, in bytes.
    public var maximumBufferedRequestBytes = 64 * 1_024 * 1_024
    /// Requests that handlers of one connection are working on, in bytes as they came or were decompressed; beyond it, large ones are
    /// refused.
    public var maximumHeldRequestBytes = 128 * 1_024 * 1_024
    /// Both of all connections together, by either version of HTTP; beyond it, large requests are refused.
    public var maximumBufferedRequestBytesOfServer = 512 * 1_024 * 1_024

    /// Frames that ask for nothing (WINDOW_UPDATE, SETTINGS, PRIORITY, PING, empty DATA, unknown ones): so many at once, so many
    /// each second, and more with the bytes that bodies have. A wrong frame counts ten times.
    public var smallFrameBurst = 1_000
    public var smallFramesPerSecond = 100
    /// Streams that a peer may open and reset: so many at once, so many each second.
    public var resetBurst = 1_000
    public var resetsPerSecond = 100

    // MARK: Requests

    /// The header section of a request: names, values and 32 for each field.
    public var maximumHeaderBytes = 16 * 1_024
    public var maximumHeaderFields = 100
    /// The target of a request, on HTTP/1.1.
    public var maximumTargetBytes = 8 * 1_024
    /// One message of a request by gRPC, before it was compressed. (The 64 KiB over 4 MiB are for what surrounds the largest content.)
    public var maximumMessageBytes = 4 * 1_024 * 1_024 + 64 * 1_024
    /// The body of a request that is not gRPC.
    public var maximumHTTPBodyBytes = 4 * 1_024 * 1_024 + 64 * 1_024
    /// What is read over HTTP/2 of a body beyond that, for the sake of clients that read no answer before they have sent all;
    /// then the stream ends.
    public var maximumDiscardedBodyBytes = 16 * 1_024 * 1_024

    // MARK: Responses

    /// Messages that may wait on one stream before the handler that writes them waits itself, in bytes.
    public var maximumQueuedBytesPerStream = 256 * 1_024
    /// Answers that may wait on a connection until the peer reads, all streams together, in bytes. Beyond that no handler is
    /// started and no large answer is kept; a stream may hold its share of it at most.
    public var maximumQueuedResponseBytes = 64 * 1_024 * 1_024
    /// Bytes that a connection hands to the socket at once, and after which it waits until the peer reads.
    public var maximumQueuedBytesPerConnection = 256 * 1_024
    /// How messages are compressed for callers who understand it, where the handler does not choose; nil sends them as they
    /// are.
    public var responseCompression: Compression?

    public init() {}
}

extension TransportConfiguration {
    var http2: HTTP2Configuration {
        var http2 = HTTP2Configuration()
        http2.maximumConcurrentStreams = UInt32(clamping: maximumConcurrentStreams)
        http2.streamWindowBytes = UInt32(clamping: min(streamWindowBytes, Int(Int32.max)))
        http2.connectionWindowBytes = Int32(clamping: max(connectionWindowBytes, 65_535))
        http2.maximumHeaderBytes = maximumHeaderBytes
        http2.maximumHeaderFields = maximumHeaderFields
        return http2
    }
}
