import RPCTransport

/// A request's target, taken apart: the segments of its path and the parameters of its query, decoded.
struct RequestTarget: Equatable {
    struct Parameter: Equatable {
        var name: String
        /// One for each time that the name is there, in order.
        var values: [String]
    }

    /// Why a target can't be used. The text is for people.
    struct Fault: Error, Equatable {
        var reason: String
        var description: String

        static let path = Fault(reason: "INVALID_PATH", description: "the path is not a valid URL path")
        static let query = Fault(reason: "INVALID_QUERY", description: "the query is not valid percent-encoded text")
    }

    private(set) var segments: [String] = []
    private(set) var parameters: [Parameter] = []

    /// - Parameter target: as it was sent; in origin form (`/path?query`) or absolute form (`http://host/path?query`),
    ///   RFC 9112 section 3.2.
    init(_ target: String) throws(Fault) {
        // Printable ASCII and nothing else can stand in a URL; all else is percent-encoded (RFC 3986 section 2).
        guard target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else { throw .path }
        let origin = OriginForm.of(target)
        let parts = origin.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first, path.hasPrefix("/") else { throw .path }
        try readPath(path.dropFirst())
        if parts.count > 1 { try readQuery(parts[1]) }
    }

    /// A trailing slash makes no difference; any other empty segment stays, and matches nothing.
    private mutating func readPath(_ path: Substring) throws(Fault) {
        guard !path.isEmpty else { return }
        let path = path.hasSuffix("/") ? path.dropLast() : path
        for segment in path.split(separator: "/", omittingEmptySubsequences: false) {
            guard let decoded = PercentDecoding.segment(segment.utf8) else { throw .path }
            segments.append(decoded)
        }
    }

    private mutating func readQuery(_ query: Substring) throws(Fault) {
        var places: [String: Int] = [:]
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentDecoding.queryComponent(parts[0].utf8),
                let value = PercentDecoding.queryComponent((parts.count > 1 ? parts[1] : "").utf8)
            else { throw .query }
            if let place = places[name] {
                parameters[place].values.append(value)
            } else {
                places[name] = parameters.count
                parameters.append(Parameter(name: name, values: [value]))
            }
        }
    }
}
