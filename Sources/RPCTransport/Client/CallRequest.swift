import NIOCore
import RPCCore

/// What a call asks for, fixed when it is made.
struct CallRequest: Sendable {
    /// `/service/method`
    var path: String
    var metadata: Metadata
    /// The instant after which the caller doesn't wait any more; `distantFuture` for none.
    var deadline: NIODeadline
    /// Whether it waits for a connection where others fail at once.
    var waitsForReady: Bool
    /// How often the same call was made before (gRFC A6, `grpc-previous-rpc-attempts`).
    var previousAttempts = 0
    /// How request messages may be compressed; nil sends them as they are.
    var compression: Compression?
    /// The one request message, framed; nil where they come one by one.
    var message: ByteBuffer?
    /// Unary and client-streaming calls have exactly one response message.
    var expectsOneResponse: Bool
}

/// A message of a response, as it came.
struct ReceivedMessage: Sendable {
    var bytes: [UInt8]
    /// nil where it is not compressed.
    var compression: Compression?
}
