public import RPCTransport

/// All that a server can be told.
public struct ServerConfiguration: Sendable {
    /// The address to listen on.
    public var host = "127.0.0.1"
    /// The port to listen on; 0 takes a free one.
    public var port = 8080
    /// With it the port speaks TLS and nothing else.
    public var tls: ServerTLSConfiguration?
    /// How often the files of TLS are looked at for new contents. SIGHUP has them read at once.
    public var tlsReloadSeconds = 60
    /// The loopback port that serves `/metrics`; 0 takes a free one, nil serves none.
    public var metricsPort: Int?
    public var database: DatabaseURL
    /// The PostgreSQL schema of the tables, any name; nil is the one that existing deployments use.
    public var databaseSchema: String?
    /// Threads that serve connections; each connection stays on one.
    public var eventLoops: Int
    /// Listen where others can reach it, although there is no authentication: whoever can reach the port can read and
    /// write everything.
    public var insecurePublicAccess = false
    /// Serve from a database that may lose acknowledged messages when its machine fails.
    public var allowUnsafeDurability = false
    /// How long calls under way may take once the server has been told to stop.
    public var shutdownGraceSeconds = 10
    public var limits = ChatLimits()
    public var transport = TransportConfiguration()

    public init(database: DatabaseURL, eventLoops: Int) {
        self.database = database
        self.eventLoops = eventLoops
    }
}
