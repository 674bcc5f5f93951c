import NIOCore
import RPCCore

/// What a call asks for, fixed when it is made.
struct CallRequest: Sendable {
    /// `/service/method`
    var path: String
    var metadata: Metadata
    /// The instant after which the caller doesn't wait any more; `distantFuture` for none.
    var deadline: NIODeadline
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
