import ArgumentParser
import RPCTransport

/// What `chatrpc serve` is told of TLS.
struct TLSOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The server's certificate and those that lead to its root, PEM. With it the port speaks TLS only.",
            discussion: "New contents of this and the other files count within a minute, or at once by SIGHUP.",
            valueName: "FILE"))
    var tlsCert: String?

    @Option(help: ArgumentHelp("The key of that certificate, PEM, without a passphrase.", valueName: "FILE"))
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "The authorities of clients' certificates, PEM. Clients without one are refused.", valueName: "FILE"))
    var tlsClientCa: String?

    @Option(
        help: "Whether clients need a certificate: required, or optional.",
        transform: { text in
            guard let value = ServerTLSConfiguration.ClientCertificates(rawValue: text) else {
                throw ValidationError("it has to be required or optional")
            }
            return value
        })
    var tlsClientCertificates: ServerTLSConfiguration.ClientCertificates?

    func validate() throws {
        guard (tlsCert == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-cert and --tls-key are only good together")
        }
        guard tlsClientCa == nil || tlsCert != nil else {
            throw ValidationError("--tls-client-ca needs --tls-cert and --tls-key")
        }
        guard tlsClientCertificates == nil || tlsClientCa != nil else {
            throw ValidationError("--tls-client-certificates needs --tls-client-ca")
        }
    }

    /// nil where nothing was said of TLS.
    var configuration: ServerTLSConfiguration? {
        guard let tlsCert, let tlsKey else { return nil }
        var configuration = ServerTLSConfiguration(
            certificateChainFile: tlsCert, privateKeyFile: tlsKey, clientAuthoritiesFile: tlsClientCa)
        configuration.clientCertificates = tlsClientCertificates ?? .required
        return configuration
    }
}
