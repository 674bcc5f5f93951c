/// With which certificate a server speaks TLS, and which ones it asks its clients for. All files are PEM.
public struct ServerTLSConfiguration: Sendable {
    public enum ClientCertificates: String, Sendable, CaseIterable {
        /// A client without a certificate that `clientAuthoritiesFile` vouches for gets no connection.
        case required
        /// A client may have none; one that it shows has to be good.
        case optional
    }

    /// The server's certificate, then those that lead from it to a root.
    public var certificateChainFile: String
    /// The key of the first of them, without a passphrase.
    public var privateKeyFile: String
    /// The authorities of clients' certificates; without it no client is asked for one.
    public var clientAuthoritiesFile: String?
    public var clientCertificates = ClientCertificates.required

    public init(certificateChainFile: String, privateKeyFile: String, clientAuthoritiesFile: String? = nil) {
        self.certificateChainFile = certificateChainFile
        self.privateKeyFile = privateKeyFile
        self.clientAuthoritiesFile = clientAuthoritiesFile
    }

    /// Whether nobody gets a connection who could not prove who they are.
    public var requiresClientCertificates: Bool { clientAuthoritiesFile != nil && clientCertificates == .required }
}
