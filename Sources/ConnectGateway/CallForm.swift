import NIOHTTP1
import RPCCore

/// Which protocol a request speaks, and how its messages are written: what its Content-Type says.
struct CallForm: Equatable, Sendable {
    enum Style: Sendable {
        /// One message each way, and errors as HTTP statuses (Connect protocol, "Unary").
        case connectUnary
        /// Enveloped messages; the last one of a response says how the call ended (Connect protocol, "Streaming").
        case connectStream
        /// gRPC's messages, and its trailers after them in the body (gRPC PROTOCOL-WEB).
        case grpcWeb
        /// The same in base64.
        case grpcWebText
    }

    var style: Style
    var codec: MessageCodec
    /// The media type, which is also the response's.
    var contentType: String

    /// Nil where it is none of these.
    init?(contentType: String) {
        let type = contentType.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
        guard let known = Self.known[type] else { return nil }
        (style, codec) = known
        self.contentType = type
    }

    init(_ style: Style, _ codec: MessageCodec, contentType: String) {
        self.style = style
        self.codec = codec
        self.contentType = contentType
    }

    private static let known: [String: (Style, MessageCodec)] = [
        "application/json": (.connectUnary, .json),
        "application/proto": (.connectUnary, .proto),
        "application/connect+json": (.connectStream, .json),
        "application/connect+proto": (.connectStream, .proto),
        "application/grpc-web": (.grpcWeb, .proto),
        "application/grpc-web+proto": (.grpcWeb, .proto),
        "application/grpc-web+json": (.grpcWeb, .json),
        "application/grpc-web-text": (.grpcWebText, .proto),
        "application/grpc-web-text+proto": (.grpcWebText, .proto),
    ]

    var isGRPCWeb: Bool { style == .grpcWeb || style == .grpcWebText }

    /// Whether a method of that kind can be called like this.
    func fits(_ kind: MethodKind) -> Bool {
        switch style {
        case .connectUnary: kind == .unary
        case .connectStream: kind != .unary
        case .grpcWeb, .grpcWebText: true
        }
    }

    /// The types by which a method of that kind can be called, for `accept-post`.
    static func types(for kind: MethodKind) -> String {
        known.keys.sorted().filter { CallForm(contentType: $0)?.fits(kind) == true }.joined(separator: ", ")
    }

    // MARK: Names of header fields

    var surface: ServerContext.Surface { isGRPCWeb ? .grpcWeb : .connect }

    var encodingField: String {
        switch style {
        case .connectUnary: "content-encoding"
        case .connectStream: "connect-content-encoding"
        case .grpcWeb, .grpcWebText: "grpc-encoding"
        }
    }

    var acceptEncodingField: String {
        switch style {
        case .connectUnary: "accept-encoding"
        case .connectStream: "connect-accept-encoding"
        case .grpcWeb, .grpcWebText: "grpc-accept-encoding"
        }
    }
}
