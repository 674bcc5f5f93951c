/// Who is at the other end of a connection, by a certificate that was verified against the configured authorities.
///
/// One value serves all the calls of a connection.
public final class PeerIdentity: Sendable {
    /// The last common name of the subject; nil where it has none. Names for programs are the alternative ones
    /// (RFC 9525 §2).
    public let commonName: String?
    /// The subject's alternative names (RFC 5280 §4.2.1.6), in the order of the certificate.
    public let dnsNames: [String]
    /// Among them SPIFFE identities, for example `spiffe://example.org/indexer`.
    public let uris: [String]
    public let emailAddresses: [String]
    /// In text form.
    public let ipAddresses: [String]
    /// The certificate itself, DER.
    public let certificate: [UInt8]

    public init(
        commonName: String?, dnsNames: [String] = [], uris: [String] = [], emailAddresses: [String] = [],
        ipAddresses: [String] = [], certificate: [UInt8] = []
    ) {
        self.commonName = commonName
        self.dnsNames = dnsNames
        self.uris = uris
        self.emailAddresses = emailAddresses
        self.ipAddresses = ipAddresses
        self.certificate = certificate
    }
}
