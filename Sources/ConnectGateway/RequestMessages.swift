import NIOCore
import RPCCore
import RPCTransport

/// The messages of a request that has come whole, one after the other, decompressed.
final class RequestMessages: Sendable {
    enum Framing: Sendable {
        /// The body is the message.
        case bare
        /// A byte of flags and four of length before each message (gRPC PROTOCOL-HTTP2, Length-Prefixed-Message; Connect
        /// protocol, "Enveloped-Message").
        case enveloped
    }

    private struct State {
        var rest: ByteBuffer
        var isBareTaken = false
        var lastWasCompressed = false
    }

    private let framing: Framing
    private let compression: Compression?
    private let limit: Int
    private let state: Guarded<State>

    /// - Parameter limit: the length of a message, as it comes and decompressed, in bytes.
    init(_ body: ByteBuffer, _ framing: Framing, compression: Compression?, limit: Int) {
        self.framing = framing
        self.compression = compression
        self.limit = limit
        state = Guarded(State(rest: body))
    }

    var lastWasCompressed: Bool { state.withLock { $0.lastWasCompressed } }

    /// Whether the first message is compressed, if there is one.
    var isFirstCompressed: Bool {
        guard compression != nil else { return false }
        if framing == .bare { return true }
        return state.withLock { $0.rest.getInteger(at: $0.rest.readerIndex, as: UInt8.self) == 1 }
    }

    /// The next message; nil after the last.
    func next() throws(RPCError) -> ByteBuffer? {
        guard let (bytes, isCompressed) = try take() else { return nil }
        if bytes.readableBytes > limit { throw .tooLarge(limit: limit) }
        guard isCompressed, let compression else { return bytes }
        return try compression.decompressed(bytes, limit: limit)
    }

    private func take() throws(RPCError) -> (ByteBuffer, isCompressed: Bool)? {
        let compresses = compression != nil
        let framing = framing
        return try state.withLock { state throws(RPCError) in
            guard framing == .enveloped else {
                if state.isBareTaken { return nil }
                state.isBareTaken = true
                state.lastWasCompressed = compresses
                return (state.rest, compresses)
            }
            guard let envelope = try Envelope(readingFrom: &state.rest) else { return nil }
            if envelope.flags > 1 { throw .malformed("a message begins with an unknown flag") }
            let isCompressed = envelope.flags == 1
            if isCompressed, !compresses {
                throw .malformed("a message is marked as compressed, and the request names no encoding")
            }
            state.lastWasCompressed = isCompressed
            return (envelope.bytes, isCompressed)
        }
    }
}

/// Bytes with a byte of flags and their length (big-endian) before them.
struct Envelope: Equatable {
    static let isCompressed: UInt8 = 1
    /// Connect protocol, "EndStreamResponse".
    static let isConnectEnd: UInt8 = 2
    /// gRPC-Web, "Trailers in the body".
    static let isGRPCWebTrailers: UInt8 = 0x80

    var flags: UInt8
    var bytes: ByteBuffer

    init(flags: UInt8, bytes: ByteBuffer) {
        self.flags = flags
        self.bytes = bytes
    }

    /// Takes one out; nil if there is nothing left.
    init?(readingFrom buffer: inout ByteBuffer) throws(RPCError) {
        guard buffer.readableBytes > 0 else { return nil }
        guard let flags = buffer.readInteger(as: UInt8.self), let length = buffer.readInteger(as: UInt32.self),
            let bytes = buffer.readSlice(length: Int(length))
        else { throw .malformed("the request ended inside a message") }
        self.init(flags: flags, bytes: bytes)
    }

    func write(to buffer: inout ByteBuffer) {
        buffer.writeInteger(flags)
        buffer.writeInteger(UInt32(bytes.readableBytes))
        buffer.writeImmutableBuffer(bytes)
    }
}
