import NIOCore
import NIOHTTP1
import RPCCore
import RPCTransport

/// The frames of a response: its messages, and then how the call ended.
final class FrameWriter: Sendable {
    typealias Out = @Sendable (_ frame: ByteBuffer, _ headers: HTTPHeaders, _ isLast: Bool) async throws -> Void

    private struct State {
        var hasBegun = false
        var compression: Compression?
    }

    private let form: CallForm
    private let head: CallHead
    private let preferred: Compression?
    private let out: Out
    private let state = Guarded(State())

    /// - Parameters:
    ///   - preferred: how messages are compressed where the handler does not choose.
    ///   - out: takes the frames, and the headers that have to go before the first of them.
    init(
        _ form: CallForm, _ head: CallHead, preferred: Compression?,
        out: @escaping Out
    ) {
        self.form = form
        self.head = head
        self.preferred = preferred
        self.out = out
    }

    func message(_ bytes: ByteBuffer, compressed: Bool, _ context: ServerContext) async throws {
        // Nothing goes out behind a deadline, even where there is room.
        try Task.checkCancellation()
        let (headers, compression) = begin(context)
        if compressed, let smaller = compression?.compressed(bytes) {
            try await write(Envelope(flags: Envelope.isCompressed, bytes: smaller), headers)
        } else {
            try await write(Envelope(flags: 0, bytes: bytes), headers)
        }
    }

    func end(_ error: RPCError?, _ context: ServerContext?) async throws {
        let (headers, _) = begin(context)
        let trailing = context?.usedResponse?.trailing ?? Metadata()
        if form.isGRPCWeb {
            // A block of fields as HTTP/1.1 writes them, names in lower case.
            let lines = CallFields.status(error, trailing: trailing).map { "\($0.name):\($0.value)\r\n" }
            let block = ByteBuffer(string: lines.joined())
            try await write(Envelope(flags: Envelope.isGRPCWebTrailers, bytes: block), headers, isLast: true)
        } else {
            let json = ErrorJSON.end(error, trailing: trailing)
            try await write(Envelope(flags: Envelope.isConnectEnd, bytes: json), headers, isLast: true)
        }
    }

    private func write(_ envelope: Envelope, _ headers: HTTPHeaders, isLast: Bool = false) async throws {
        var frame = ByteBuffer()
        frame.reserveCapacity(5 + envelope.bytes.readableBytes)
        envelope.write(to: &frame)
        try await out(form.style == .grpcWebText ? WebText.encode(frame) : frame, headers, isLast)
    }

    /// The first frame settles what the headers say.
    private func begin(_ context: ServerContext?) -> (HTTPHeaders, Compression?) {
        let response = context?.usedResponse
        let (isFirst, compression) = state.withLock { state in
            if state.hasBegun { return (false, state.compression) }
            state.hasBegun = true
            let wanted = response?.chosenCompression ?? preferred
            state.compression = wanted.flatMap { head.accepted.contains($0) ? $0 : nil }
            return (true, state.compression)
        }
        guard isFirst else { return ([:], compression) }
        var headers = HTTPHeaders(CallFields.fields(response?.initial ?? Metadata()).map { ($0.name, $0.value) })
        if let compression { headers.add(name: form.encodingField, value: compression.rawValue) }
        return (headers, compression)
    }
}
