import NIOCore
public import RPCCore

/// Where a server listens: a host name or an IP address, a port, and whether TLS is spoken there.
public struct Endpoint: Sendable, Hashable {
    /// A host name, or an IP address without brackets.
    public let host: String
    /// 1 to 65535.
    public let port: Int
    public let usesTLS: Bool

    /// From the parts.
    ///
    /// - Throws: INVALID_ARGUMENT, `INVALID_ENDPOINT`, for an empty host or a port that can't be.
    public init(host: String, port: Int, usesTLS: Bool = false) throws(RPCError) {
        guard Self.isHost(host) else { throw Self.invalid(host, "the host is not a name or an address") }
        guard (1...65535).contains(port) else { throw Self.invalid("\(port)", "a port is 1 to 65535") }
        self.host = host
        self.port = port
        self.usesTLS = usesTLS
    }

    /// From text: `https://host:port`, `https://host` (port 443), `http://host:port`, `http://host` (port 80),
    /// `host:port` (without TLS). An IPv6 address stands in brackets, as in `[::1]:8080` (RFC 3986 §3.2.2).
    ///
    /// - Throws: INVALID_ARGUMENT, `INVALID_ENDPOINT`, for anything else.
    public init(_ text: String) throws(RPCError) {
        var rest = Substring(text)
        var defaultPort: Int?
        var usesTLS = false
        if let scheme = text.range(of: "://") {
            switch text[..<scheme.lowerBound].lowercased() {
            case "http": defaultPort = 80
            case "https": (defaultPort, usesTLS) = (443, true)
            default: throw Self.invalid(text, "the scheme has to be http or https")
            }
            rest = text[scheme.upperBound...]
            if rest.last == "/" { rest.removeLast() }
        }
        guard let (host, port) = Self.split(rest) else {
            throw Self.invalid(
                text, "expected https://host:port, http://host:port or host:port, IPv6 addresses in brackets")
        }
        guard let port = port.map({ Self.number($0) }) ?? defaultPort else {
            throw Self.invalid(text, port == nil ? "the port is missing" : "the port is not a number")
        }
        try self.init(host: host, port: port, usesTLS: usesTLS)
    }

    /// `host:port`, or `host` where there is a default port.
    init(_ text: Substring, defaultPort: Int, usesTLS: Bool) throws(RPCError) {
        guard let (host, port) = Self.split(text) else {
            throw Self.invalid(String(text), "expected host:port, IPv6 addresses in brackets")
        }
        guard let port = port.map({ Self.number($0) }) ?? defaultPort else {
            throw Self.invalid(String(text), "the port is not a number")
        }
        try self.init(host: host, port: port, usesTLS: usesTLS)
    }

    /// Whether it is an IP address, not a name.
    static func isAddress(_ host: String) -> Bool {
        (try? SocketAddress(ipAddress: String(host.prefix { $0 != "%" }), port: 0)) != nil
    }

    /// The value of `:scheme`.
    var scheme: String { usesTLS ? "https" : "http" }

    /// The value of `:authority` (RFC 9113 §8.3.1): a zone means nothing to the peer and stays here.
    var authority: String {
        guard host.contains(":") else { return "\(host):\(port)" }
        return "[\(host.prefix { $0 != "%" })]:\(port)"
    }

    /// The host, and the text of the port if there is one.
    private static func split(_ text: Substring) -> (host: String, port: Substring?)? {
        if text.first == "[" {
            guard let bracket = text.firstIndex(of: "]") else { return nil }
            let host = text[text.index(after: text.startIndex)..<bracket]
            guard host.contains(":") else { return nil }
            let rest = text[text.index(after: bracket)...]
            if rest.isEmpty { return (String(host), nil) }
            return rest.first == ":" ? (String(host), rest.dropFirst()) : nil
        }
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        return switch parts.count {
        case 1: (String(text), nil)
        case 2: (String(parts[0]), parts[1])
        default: nil
        }
    }

    private static func number(_ digits: Substring) -> Int? {
        digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(digits) : nil
    }

    /// Letters, digits, `-`, `.` and `_`; or an IPv6 address that the system can read.
    private static func isHost(_ host: String) -> Bool {
        if host.contains(":") {
            return isAddress(host)
        }
        return !host.isEmpty && host.utf8.count <= 253
            && host.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    private static func invalid(_ text: String, _ why: String) -> RPCError {
        RPCError(.invalidArgument, "\(text): \(why)", reason: "INVALID_ENDPOINT")
    }
}

extension Endpoint: CustomStringConvertible {
    /// The endpoint as a URL.
    public var description: String {
        "\(scheme)://" + (host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)")
    }
}

extension String {
    /// Where the text first occurs: Foundation's would bring Foundation.
    fileprivate func range(of text: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
