internal import NIOSSL
internal import RPCCore

/// The certificate that a server shows now. New files count for new connections, once they have been read again.
public final class ServerTLS: Sendable {
    private struct State {
        var context: NIOSSLContext
        /// Of the files' contents, as they were last read: their times need not tell that they changed.
        var seen: Int
    }

    public let configuration: ServerTLSConfiguration
    private let state: Guarded<State>

    /// Reads the files.
    ///
    /// - Throws: what is missing, is not what it should be, or does not fit together.
    public init(_ configuration: ServerTLSConfiguration) throws(TLSConfigurationError) {
        let files = try ServerTLSFiles(configuration)
        self.configuration = configuration
        state = Guarded(State(context: try files.context(), seen: files.digest))
    }

    /// Reads the files again. Where they are no good, what was there stays.
    ///
    /// - Parameter always: Without it, files that are as they were at the last attempt are left alone.
    /// - Returns: Whether there is a new certificate, key or list of authorities.
    public func reload(always: Bool = true) throws(TLSConfigurationError) -> Bool {
        let files = try ServerTLSFiles(configuration)
        let digest = files.digest
        let isSame = state.withLock { state in
            defer { state.seen = digest }
            return state.seen == digest
        }
        if isSame, !always { return false }
        let context = try files.context()
        state.withLock { $0.context = context }
        return true
    }

    /// For one connection.
    func makeHandler() -> NIOSSLServerHandler {
        NIOSSLServerHandler(context: state.withLock { $0.context })
    }

    /// Who shows this certificate; nil unless clients' certificates are verified.
    func identity(by handler: NIOSSLServerHandler) -> PeerIdentity? {
        guard configuration.clientAuthoritiesFile != nil, let certificate = handler.peerCertificate else { return nil }
        return PeerIdentity(certificate)
    }
}
