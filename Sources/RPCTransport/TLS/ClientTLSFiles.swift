internal import NIOSSL

/// A client's part in TLS, made from the files as they are now.
enum ClientTLSFiles {
    static func context(_ configuration: ClientTLSConfiguration) throws(TLSConfigurationError) -> NIOSSLContext {
        var tls = TLSConfiguration.makeClientConfiguration()
        TLSPolicy.apply(to: &tls)
        tls.applicationProtocols = [TLSPolicy.http2]
        if let path = configuration.authoritiesFile {
            tls.trustRoots = .certificates(try PEMFile(path).certificates())
        }
        switch (configuration.certificateChainFile, configuration.privateKeyFile) {
        case (nil, nil): break
        case (let chain?, let key?):
            tls.certificateChain = try PEMFile(chain).certificates().map { .certificate($0) }
            tls.privateKey = .privateKey(try PEMFile(key).privateKey())
        case (_?, nil), (nil, _?):
            throw TLSConfigurationError("a client's certificate and its key are only good together")
        }
        return try TLSPolicy.context(tls, chain: configuration.certificateChainFile, key: configuration.privateKeyFile)
    }
}
