/// Whom a client trusts, and what it shows. All files are PEM; they are read for each connection, so that new ones count
/// from the next one on.
public struct ClientTLSConfiguration: Sendable {
    /// The authorities that servers' certificates may come from; nil are the system's.
    public var authoritiesFile: String?
    /// The name that the server's certificate has to be for, and that the server is asked for (SNI), where it is not the
    /// endpoint's host.
    public var serverName: String?
    /// The client's own certificate and those that lead from it to a root, for servers that ask for one.
    public var certificateChainFile: String?
    /// The key of the first of them, without a passphrase.
    public var privateKeyFile: String?

    public init() {}
}
