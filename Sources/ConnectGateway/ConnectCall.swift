import NIOCore
import ProtobufRuntime
import RPCCore
import RPCTransport

/// One call, as a method sees it: the messages of its request, and the way out for those of its response.
struct ConnectCall: Sendable {
    let codec: MessageCodec
    let limits: DecodingLimits
    let requests: RequestMessages
    let context: ServerContext
    let send: @Sendable (_ message: ByteBuffer, _ compressed: Bool) async throws -> Void

    /// The request of a method that takes one.
    func onlyRequest<Request: ProtobufMessage>() throws -> Request {
        guard let request: Request = try next() else {
            throw RPCError.wrongCount("the request has no message")
        }
        guard try requests.next() == nil else { throw RPCError.wrongCount("the request has more than one message") }
        return request
    }

    func requestStream<Request: ProtobufMessage>() -> MessageStream<Request> {
        MessageStream(
            metadata: { ReceivedMetadata(lastMessageWasCompressed: requests.lastWasCompressed) },
            next: {
                // What has come is worked off without waiting for anything: others have to get their turn, and the deadline its due.
                await Task.yield()
                try Task.checkCancellation()
                return try next()
            })
    }

    private func next<Request: ProtobufMessage>() throws -> Request? {
        try requests.next().map { try codec.decode($0, limits) }
    }

    func writer<Response: ProtobufMessage>() -> MessageWriter<Response> {
        MessageWriter { try await send(codec.encode($0), $1) }
    }

    func write(_ response: some ProtobufMessage) async throws {
        try await send(codec.encode(response), true)
    }
}

/// How messages are written (Connect protocol, "Message-Codec").
enum MessageCodec: String, Sendable {
    case proto
    case json

    func decode<Message: ProtobufMessage>(_ bytes: ByteBuffer, _ limits: DecodingLimits) throws(RPCError) -> Message {
        do throws(ProtobufError) {
            switch self {
            case .proto: return try Message(serialized: bytes.readableBytesSpan, limits: limits)
            case .json: return try Message(json: bytes.readableBytesSpan, limits: limits)
            }
        } catch {
            throw RPCError(requestError: error)
        }
    }

    func encode(_ message: some ProtobufMessage) -> ByteBuffer {
        switch self {
        case .proto: ByteBuffer(bytes: message.serialized())
        case .json: ByteBuffer(bytes: message.json())
        }
    }
}

extension RPCError {
    /// The request is not what the protocol says that it is.
    static func malformed(_ message: String) -> RPCError {
        RPCError(.invalidArgument, message, reason: "MESSAGE_MALFORMED")
    }
}
