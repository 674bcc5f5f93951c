package import ProtobufRuntime
package import RPCCore

// What is wrong with the bytes of a request, as the caller is told.

extension RPCError {
    init(_ error: MessageFramingError) {
        switch error {
        case .tooLarge(_, let limit):
            self = .tooLarge(limit: limit)
        case .compressed:
            self.init(
                .internalError, "a message is marked as compressed, and there is no grpc-encoding",
                reason: "MESSAGE_MALFORMED")
        case .malformedFlag:
            self.init(.internalError, "a message begins with an unknown flag", reason: "MESSAGE_MALFORMED")
        }
    }

    /// Another number of messages than the method takes (gRPC "Status codes and their use in gRPC").
    package static func wrongCount(_ message: String) -> RPCError {
        RPCError(.unimplemented, message, reason: "MESSAGE_COUNT_WRONG")
    }

    static var endedInside: RPCError {
        RPCError(.internalError, "the request ended inside a message", reason: "MESSAGE_MALFORMED")
    }

    /// A message, or what it was before it was compressed, is over the limit.
    package static func tooLarge(limit: Int) -> RPCError {
        // Not RESOURCE_EXHAUSTED, which asks clients to send it again later.
        RPCError(
            .invalidArgument, "the message is larger than \(limit) bytes", reason: "CONTENT_TOO_LARGE",
            reasonMetadata: ["limit_bytes": String(limit)])
    }

    init(requestError error: DecompressionError) {
        switch error {
        case .tooLarge(let limit):
            self = .tooLarge(limit: limit)
        case .damaged(let damage):
            self.init(
                .internalError, "a message can't be decompressed: \(damage)", reason: "MESSAGE_MALFORMED", cause: error)
        }
    }

    package init(requestError error: ProtobufError) {
        var metadata: [String: String] = [:]
        if let offset = error.offset { metadata["offset"] = String(offset) }
        self.init(
            .invalidArgument, "the request can't be decoded: \(error)", reason: "MESSAGE_MALFORMED",
            reasonMetadata: metadata,
            fieldViolations: error.field.map { [FieldViolation(field: $0, description: error.message)] } ?? [],
            cause: error)
    }
}
