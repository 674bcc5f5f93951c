import RPCCore

/// What a server says about being called again (gRFC A6, "Pushback").
enum Pushback: Hashable {
    case none
    case after(Duration)
    /// A value that is negative, or no number.
    case never

    init(_ error: RPCError) {
        guard let text = error.metadata["grpc-retry-pushback-ms"] else {
            self = .none
            return
        }
        if let milliseconds = Int64(text), milliseconds >= 0, milliseconds <= Int64(Int32.max) {
            self = .after(.milliseconds(milliseconds))
        } else {
            self = .never
        }
    }
}
