public import RPCCore

/// What a channel is to be connected to, as gRPC writes it (gRPC doc/naming.md): a name with any number of servers
/// behind it, or their addresses.
public struct ClientTarget: Sendable, Hashable {
    enum Place: Sendable, Hashable {
        case addresses([ServerAddress])
        case name(String, port: Int)
    }

    let place: Place
    /// The value of `:authority`.
    let authority: String
    /// Whose certificate is expected where TLS is spoken, unless the configuration says otherwise.
    let serverName: String
    /// Whether TLS is spoken.
    public let usesTLS: Bool
    private let text: String

    /// The server at an endpoint.
    public init(_ endpoint: Endpoint) {
        place =
            Endpoint.isAddress(endpoint.host)
            ? .addresses([.host(endpoint.host, port: endpoint.port)]) : .name(endpoint.host, port: endpoint.port)
        authority = endpoint.authority
        serverName = String(endpoint.host.prefix { $0 != "%" })
        usesTLS = endpoint.usesTLS
        text = endpoint.description
    }

    /// From text: `dns:///host:port`, `dns:host:port`; `ipv4:192.0.2.1:8080,192.0.2.2:8080`; `ipv6:[2001:db8::1]:8080`;
    /// `unix:path`, `unix:///absolute/path`; and whatever ``Endpoint`` reads. Where a port may be left out it is 443.
    ///
    /// - Parameter usesTLS: whether TLS is spoken. `https://` says so by itself.
    /// - Throws: INVALID_ARGUMENT, `INVALID_ENDPOINT`, for anything else. A name server of one's own
    ///   (`dns://server/name`) is not supported.
    public init(_ text: String, usesTLS: Bool = false) throws(RPCError) {
        guard let colon = text.firstIndex(of: ":") else {
            throw Self.invalid(text, "expected a scheme and an address, or host:port")
        }
        let rest = text[text.index(after: colon)...]
        switch text[..<colon].lowercased() {
        case "dns":
            let name = rest.hasPrefix("///") ? rest.dropFirst(3) : rest
            guard !name.hasPrefix("//") else { throw Self.invalid(text, "name servers can't be chosen") }
            let endpoint = try Endpoint(name, defaultPort: 443, usesTLS: usesTLS)
            self.init(endpoint)
        case "ipv4": try self.init(addresses: rest, of: text, isIPv6: false, usesTLS: usesTLS)
        case "ipv6": try self.init(addresses: rest, of: text, isIPv6: true, usesTLS: usesTLS)
        case "unix":
            let path = rest.hasPrefix("//") ? rest.dropFirst(2) : rest
            // sun_path has 108 bytes on Linux and 104 elsewhere, the NUL included.
            guard !path.isEmpty, path.utf8.count < 104, !path.utf8.contains(0) else {
                throw Self.invalid(text, "the path of a socket has 1 to 103 bytes")
            }
            guard !rest.hasPrefix("//") || path.first == "/" else {
                throw Self.invalid(text, "after unix:// the path has to be absolute")
            }
            self.init(
                place: .addresses([.unix(path: String(path))]), authority: "localhost", serverName: "localhost",
                usesTLS: usesTLS, text: text)
        default:
            let endpoint = try Endpoint(text)
            self.init(
                try Endpoint(host: endpoint.host, port: endpoint.port, usesTLS: endpoint.usesTLS || usesTLS))
        }
    }

    private init(addresses: Substring, of text: String, isIPv6: Bool, usesTLS: Bool) throws(RPCError) {
        var list: [Endpoint] = []
        for part in addresses.split(separator: ",", omittingEmptySubsequences: false) {
            let endpoint = try Endpoint(part, defaultPort: 443, usesTLS: usesTLS)
            guard Endpoint.isAddress(endpoint.host), endpoint.host.contains(":") == isIPv6 else {
                throw Self.invalid(text, "\(endpoint.host) is not an address of that kind")
            }
            list.append(endpoint)
        }
        guard let first = list.first else { throw Self.invalid(text, "the address is missing") }
        self.init(
            place: .addresses(list.map { .host($0.host, port: $0.port) }), authority: first.authority,
            serverName: String(first.host.prefix { $0 != "%" }), usesTLS: usesTLS, text: text)
    }

    private init(place: Place, authority: String, serverName: String, usesTLS: Bool, text: String) {
        self.place = place
        self.authority = authority
        self.serverName = serverName
        self.usesTLS = usesTLS
        self.text = text
    }

    /// The value of `:scheme`.
    var scheme: String { usesTLS ? "https" : "http" }

    private static func invalid(_ text: String, _ why: String) -> RPCError {
        RPCError(.invalidArgument, "\(text): \(why)", reason: "INVALID_ENDPOINT")
    }
}

extension ClientTarget: CustomStringConvertible {
    public var description: String { text }
}
