internal import NIOCore
internal import NIOSSL
internal import RPCCore

extension PeerIdentity {
    /// What a certificate says, which has to be verified already. nil where it can't be read.
    convenience init?(_ certificate: NIOSSLCertificate) {
        guard let der = try? certificate.toDERBytes() else { return nil }
        var dnsNames: [String] = []
        var uris: [String] = []
        var emails: [String] = []
        var addresses: [String] = []
        for name in certificate._subjectAlternativeNames() {
            let bytes = Array(name.contents)
            // A zero within a name has let others pass for someone else's.
            let text = bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
            switch name.nameType {
            case .dnsName: if let text { dnsNames.append(text) }
            case .uri: if let text { uris.append(text) }
            case .email: if let text { emails.append(text) }
            case .ipAddress:
                if let text = try? SocketAddress(packedIPAddress: ByteBuffer(bytes: bytes), port: 0).ipAddress {
                    addresses.append(text)
                }
            default: break
            }
        }
        self.init(
            commonName: CertificateSubject.commonName(certificate: der), dnsNames: dnsNames, uris: uris,
            emailAddresses: emails, ipAddresses: addresses, certificate: der)
    }
}
