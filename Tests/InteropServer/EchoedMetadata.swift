import RPCCore

/// What the caller sends under these two names comes back: one in the headers, one in the trailers ("Echo Metadata").
func echoMetadata(of context: ServerContext) {
    for case .text(let value) in context.metadata.values("x-grpc-test-echo-initial") {
        context.response.addInitial("x-grpc-test-echo-initial", value)
    }
    for case .binary(let value) in context.metadata.values("x-grpc-test-echo-trailing-bin") {
        context.response.addTrailing("x-grpc-test-echo-trailing-bin", binary: value)
    }
}
