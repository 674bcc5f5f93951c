/// Where one server listens.
public enum ServerAddress: Sendable, Hashable {
    /// An IP address or a host name, and a port. A name is looked up anew at each attempt to connect, and all its
    /// addresses are tried (RFC 8305).
    case host(String, port: Int)
    /// The path of a Unix domain socket.
    case unix(path: String)
}

extension ServerAddress: CustomStringConvertible {
    public var description: String {
        switch self {
        case .host(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
