import ProtobufRuntime
import RPCCore

/// What goes wrong before a handler is reached, or is about HTTP alone: an RPC error and the status to send with it.
struct RESTFault: Error {
    var status: Int
    var error: RPCError
    /// For a 405: the methods that there are.
    var allowed: Set<String> = []

    static let notFound = RESTFault(
        status: 404, error: RPCError(.notFound, "There is nothing at this path.", reason: "ROUTE_NOT_FOUND"))

    static func wrongMethod(allowed: Set<String>) -> RESTFault {
        RESTFault(
            status: 405,
            error: RPCError(.unimplemented, "This path has no such method.", reason: "METHOD_NOT_ALLOWED"),
            allowed: allowed)
    }

    static func targetTooLong(limit: Int) -> RESTFault {
        RESTFault(
            status: 414,
            error: RPCError(.invalidArgument, "The URL may have \(limit) bytes and has more.", reason: "URI_TOO_LONG"))
    }

    static func bodyTooLarge(limit: Int) -> RESTFault {
        RESTFault(
            status: 413,
            error: RPCError(
                .invalidArgument, "The body may have \(limit) bytes and has more.", reason: "CONTENT_TOO_LARGE"))
    }

    static let wrongMediaType = RESTFault(
        status: 415,
        error: RPCError(
            .invalidArgument, "The body has to be JSON: application/json, in UTF-8, not compressed.",
            reason: "UNSUPPORTED_MEDIA_TYPE"))

    init(status: Int, error: RPCError, allowed: Set<String> = []) {
        self.status = status
        self.error = error
        self.allowed = allowed
    }

    init(_ fault: RequestTarget.Fault) {
        self.init(status: 400, error: RPCError(.invalidArgument, fault.description, reason: fault.reason))
    }
}

extension RPCError {
    /// INVALID_ARGUMENT for a body or a parameter that does not decode. It names the field, or else the place in the
    /// body.
    init(decoding error: ProtobufError) {
        var description = error.message
        if let offset = error.offset { description += " at byte \(offset)" }
        if let field = error.field {
            self = .invalidField(field, description, cause: error)
        } else {
            self.init(.invalidArgument, "The body: \(description)", reason: "INVALID_JSON", cause: error)
        }
    }

    private static func invalidField(_ field: String, _ description: String, cause: ProtobufError) -> RPCError {
        var error = RPCError.invalidField(field, description)
        error.cause = cause
        return error
    }
}
