import RPCCore

extension StatusCode {
    /// What an HTTP status means where there is no grpc-status (gRPC "HTTP to gRPC Status Code Mapping").
    init(httpStatus: Int) {
        self =
            switch httpStatus {
            case 400: .internalError
            case 401: .unauthenticated
            case 403: .permissionDenied
            case 404: .unimplemented
            case 429, 502, 503, 504: .unavailable
            default: .unknown
            }
    }

    /// What the error code of a RST_STREAM means (gRPC PROTOCOL-HTTP2, Errors).
    init(resetWith code: HTTP2ErrorCode) {
        self =
            switch code {
            case .refusedStream: .unavailable
            case .cancel: .cancelled
            case .enhanceYourCalm: .resourceExhausted
            case .inadequateSecurity: .permissionDenied
            default: .internalError
            }
    }
}
