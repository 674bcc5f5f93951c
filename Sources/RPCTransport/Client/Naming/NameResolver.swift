internal import NIOCore
internal import NIOPosix

/// Finds the servers behind a name.
public struct NameResolver: Sendable {
    let resolve: @Sendable (_ host: String, _ port: Int) async throws -> [ServerAddress]

    /// - Parameter resolve: gives the addresses, in the order in which they are to be tried. It is cancelled when the
    ///   configuration's `connectTimeout` is over.
    public init(resolve: @escaping @Sendable (_ host: String, _ port: Int) async throws -> [ServerAddress]) {
        self.resolve = resolve
    }

    /// The system's (getaddrinfo): hosts file, DNS, and whatever else it is set up for.
    public static let system = NameResolver { host, port in
        // It blocks.
        try await NIOThreadPool.singleton.runIfActive { try HostLookup.addresses(of: host, port: port) }
    }
}
