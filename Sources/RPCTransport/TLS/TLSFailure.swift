internal import NIOSSL

/// Why TLS could not be spoken with a peer, in words for a person.
struct TLSFailure: Error, CustomStringConvertible {
    var description: String
    var cause: (any Error)?

    init(_ description: String) {
        self.description = description
    }

    init(_ error: any Error) {
        description = Self.words(for: error) ?? "\(error)"
        cause = error
    }

    /// nil for an error that is not of TLS.
    static func words(for error: any Error) -> String? {
        switch error {
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            "the server's certificate is for other names"
        case NIOSSLError.handshakeFailed(let error): words("the TLS handshake failed", error)
        case NIOSSLError.unableToValidateCertificate: "the server's certificate is for other names"
        case let error as BoringSSLError: words("TLS failed", error)
        case is NIOSSLError, is NIOSSLExtraError: "TLS failed: \(error)"
        default: nil
        }
    }

    /// BoringSSL tells by names like `CERTIFICATE_VERIFY_FAILED` or `TLSV1_ALERT_UNKNOWN_CA`.
    private static func words(_ what: String, _ error: BoringSSLError) -> String {
        let text = "\(error)"
        let known = [
            ("CERTIFICATE_VERIFY_FAILED", "the peer's certificate is of an unknown authority, or not valid (any more)"),
            ("EOF during handshake", "the peer closed the connection"),
            ("WRONG_VERSION_NUMBER", "the peer does not speak TLS there"),
            ("HTTP_REQUEST", "the peer does not speak TLS there"),
            ("CERTIFICATE_REQUIRED", "the peer asks for a certificate"),
            ("PEER_DID_NOT_RETURN_A_CERTIFICATE", "the peer showed no certificate"),
            ("UNKNOWN_CA", "the peer does not know the authority of the certificate"),
            ("CERTIFICATE_EXPIRED", "the peer says that the certificate has expired"),
            ("CERTIFICATE_UNKNOWN", "the peer does not accept the certificate"),
            ("BAD_CERTIFICATE", "the peer does not accept the certificate"),
        ]
        return "\(what): \(known.first { text.contains($0.0) }?.1 ?? text)"
    }
}
