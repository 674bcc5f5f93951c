internal import NIOCore
internal import NIOSSL

/// What both sides hold to in TLS, whatever else is configured.
enum TLSPolicy {
    /// The names of the protocols (RFC 7301; RFC 9113 §3.2, RFC 9112 §10.1).
    static let http2 = "h2"
    static let http1 = "http/1.1"

    /// How long a peer may take to say goodbye, once we have.
    private static let goodbyeTimeout = TimeAmount.seconds(1)

    static func apply(to tls: inout TLSConfiguration) {
        tls.minimumTLSVersion = .tlsv12
        // What HTTP/2 may be spoken over with TLS 1.2: ephemeral keys and authenticated encryption (RFC 9113 §9.2.2).
        // The ciphers of TLS 1.3 are all of that kind, and not in this list.
        tls.cipherSuiteValues = [
            .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
            .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        ]
        tls.renegotiationSupport = .none
        tls.shutdownTimeout = goodbyeTimeout
    }

    /// - Parameters:
    ///   - chain: the path of the certificate, for the error.
    ///   - key: that of its key.
    static func context(
        _ tls: TLSConfiguration, chain: String?, key: String?
    ) throws(TLSConfigurationError) -> NIOSSLContext {
        do {
            return try NIOSSLContext(configuration: tls)
        } catch {
            guard let chain, let key else {
                throw TLSConfigurationError("TLS can't be set up: \(error)", cause: error)
            }
            // Each was read well for itself.
            throw TLSConfigurationError(
                "the key in \(key) does not belong to the certificate in \(chain)", cause: error)
        }
    }
}
