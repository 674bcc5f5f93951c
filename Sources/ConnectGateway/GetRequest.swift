import NIOCore
import RPCCore
import RPCTransport

/// A call by GET: the message and what is said of it are in the query (Connect protocol, "Unary-Get-Request").
struct GetRequest {
    var form: CallForm
    var message: ByteBuffer
    /// The name of the message's compression, if it is said.
    var encoding: String?

    /// The names of the parameters. Others may stand beside them, whatever they are.
    private static let names: Set<Substring> = ["connect", "encoding", "base64", "compression", "message"]

    /// Nil for a codec that is not spoken here.
    ///
    /// - Parameter target: the request's path and query.
    init?(_ target: String) throws(RPCError) {
        var parameters: [Substring: [UInt8]] = [:]
        let query = target.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard Self.names.contains(parts[0]) else { continue }
            guard let value = PercentDecoding.queryBytes((parts.count > 1 ? parts[1] : "").utf8) else {
                throw Self.fault("\(parts[0]) is not percent-encoded")
            }
            parameters[parts[0]] = value
        }
        let text = { (name: Substring) in parameters[name].map { String(decoding: $0, as: UTF8.self) } }
        guard let name = text("encoding") else { throw Self.fault("the query has no encoding") }
        guard let codec = MessageCodec(rawValue: name) else { return nil }
        if let version = text("connect"), version != "v1" { throw Self.fault("connect=\(version); v1 is spoken here") }
        guard var message = parameters["message"] else { throw Self.fault("the query has no message") }
        if text("base64") == "1" {
            guard let decoded = Base64.decode(message) else { throw Self.fault("the message is not base64") }
            message = decoded
        }
        form = CallForm(.connectUnary, codec, contentType: "application/\(codec.rawValue)")
        self.message = ByteBuffer(bytes: message)
        encoding = text("compression")
    }

    private static func fault(_ message: String) -> RPCError {
        RPCError(.invalidArgument, message, reason: "INVALID_QUERY")
    }
}
