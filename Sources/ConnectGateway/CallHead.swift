import NIOHTTP1
import RPCCore
import RPCTransport

/// What a request says of its call beside the messages.
struct CallHead: Sendable {
    var metadata: Metadata
    /// The instant after which the caller does not wait any more.
    var deadline: ContinuousClock.Instant?
    /// How the request's messages are compressed.
    var compression: Compression?
    /// How the response's may be.
    var accepted: [Compression]

    static let encodings = Compression.allCases.map(\.rawValue).joined(separator: ", ")

    /// - Parameter compression: how the message is compressed where it is not the headers that say it (GET).
    init(_ request: HTTPRequest, _ form: CallForm, encoding: String? = nil) throws(RPCError) {
        let headers = request.headers
        if !form.isGRPCWeb, let version = headers.first(name: "connect-protocol-version"), version != "1" {
            throw RPCError(
                .invalidArgument, "connect-protocol-version is \(version); 1 is spoken here",
                reason: "PROTOCOL_VERSION_UNKNOWN")
        }
        metadata = try CallFields.metadata(of: headers, without: Self.isOwn)
        deadline = try Self.timeout(headers, form).map { request.receivedAt + $0 }
        compression = try Self.compression(encoding ?? headers.first(name: form.encodingField))
        accepted = Compression.accepted(headers[form.acceptEncodingField])
    }

    /// A call without any of it.
    init() {
        metadata = Metadata()
        accepted = []
    }

    private static func isOwn(_ name: String) -> Bool {
        switch name {
        case "accept", "accept-encoding", "content-encoding", "host", "x-grpc-web": true
        default: name.hasPrefix("connect-")
        }
    }

    private static func compression(_ name: String?) throws(RPCError) -> Compression? {
        guard let name = name?.lowercased(), !name.isEmpty, name != "identity" else { return nil }
        if let compression = Compression(rawValue: name) { return compression }
        throw RPCError(
            .unimplemented, "the encoding \(name) is not known here; these are: \(encodings)",
            reason: "ENCODING_UNKNOWN")
    }

    private static func timeout(_ headers: HTTPHeaders, _ form: CallForm) throws(RPCError) -> Duration? {
        let field = form.isGRPCWeb ? "grpc-timeout" : "connect-timeout-ms"
        guard let text = headers.first(name: field) else { return nil }
        guard let timeout = form.isGRPCWeb ? CallFields.timeout(text) : milliseconds(text) else {
            throw RPCError(.invalidArgument, "\(field) is malformed", reason: "TIMEOUT_MALFORMED")
        }
        return timeout
    }

    /// Connect protocol, "Timeout-Milliseconds": one to ten digits.
    private static func milliseconds(_ text: String) -> Duration? {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard (1...10).contains(text.utf8.count), text.utf8.allSatisfy(digits.contains) else { return nil }
        return Int64(text).map { .milliseconds($0) }
    }
}
