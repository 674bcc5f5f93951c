import NIOCore
import RPCTransport

/// Who can reach the port. Without authentication only this machine may, unless that is asked for by name. Certificates that
/// every client has to show are authentication: each holder of one may do everything.
enum ListenAddress {
    static func check(_ configuration: ServerConfiguration) throws {
        guard !configuration.insecurePublicAccess, !isLoopback(configuration.host) else { return }
        if configuration.tls?.requiresClientCertificates == true { return }
        throw ConfigurationError(
            """
            there is no authentication, so it listens on a loopback address only (127.0.0.1, ::1 or localhost), and \
            \(configuration.host) is none; --tls-client-ca admits those who have a certificate, and \
            --insecure-public-access everyone who can reach it
            """)
    }

    /// 127.0.0.0/8 (RFC 1122 §3.2.1.3), ::1 (RFC 4291 §2.5.3), or the name that means them (RFC 6761 §6.3).
    static func isLoopback(_ host: String) -> Bool {
        if host.lowercased() == "localhost" { return true }
        guard let address = try? SocketAddress(ipAddress: host, port: 0), let text = address.ipAddress else {
            return false
        }
        return text == "::1" || (address.protocol == .inet && text.hasPrefix("127."))
    }
}
