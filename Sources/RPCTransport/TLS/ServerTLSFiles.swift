internal import NIOSSL

/// The files of a server's TLS, as they are at one time.
struct ServerTLSFiles {
    private let configuration: ServerTLSConfiguration
    private let chain: PEMFile
    private let key: PEMFile
    private let authorities: PEMFile?

    init(_ configuration: ServerTLSConfiguration) throws(TLSConfigurationError) {
        self.configuration = configuration
        chain = try PEMFile(configuration.certificateChainFile)
        key = try PEMFile(configuration.privateKeyFile)
        if let path = configuration.clientAuthoritiesFile { authorities = try PEMFile(path) } else { authorities = nil }
    }

    /// Differs where the contents do.
    var digest: Int {
        var hasher = Hasher()
        hasher.combine(chain.bytes)
        hasher.combine(key.bytes)
        hasher.combine(authorities?.bytes)
        return hasher.finalize()
    }

    func context() throws(TLSConfigurationError) -> NIOSSLContext {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try chain.certificates().map { .certificate($0) },
            privateKey: .privateKey(try key.privateKey()))
        TLSPolicy.apply(to: &tls)
        tls.applicationProtocols = [TLSPolicy.http2, TLSPolicy.http1]
        if let authorities {
            tls.certificateVerification =
                configuration.clientCertificates == .required ? .noHostnameVerification : .optionalVerification
            tls.trustRoots = .certificates(try authorities.certificates())
            // So that a client with several certificates knows which one to show.
            tls.sendCANameList = true
        }
        return try TLSPolicy.context(tls, chain: chain.path, key: key.path)
    }
}
