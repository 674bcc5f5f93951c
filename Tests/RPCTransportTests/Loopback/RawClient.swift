import GeneratedRPC
import NIOCore
import NIOPosix
import ProtobufRuntime
import RPCCore
import Synchronization

@testable import RPCTransport

/// A client's HTTP/2 session on a socket, with nothing of the client library: tests say what goes out.
final class RawClient: ChannelInboundHandler, HTTP2SessionDelegate, @unchecked Sendable {
    // @unchecked Sendable: everything happens on the event loop; `on` goes there.
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private(set) var session: HTTP2Session!
    private var channel: (any Channel)?
    /// Whether the peer's window opens by itself, as bytes come.
    var consumesAtOnce = true
    let log = EventLog()
    var goAways: [Int32] = []
    private var pings = 0

    static func connect(port: Int, configuration: HTTP2Configuration) async throws -> RawClient {
        let client = RawClient()
        client.session = HTTP2Session(role: .client, configuration: configuration, delegate: client)
        _ = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(client) }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return client
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        try? unwrapInboundIn(data).withUnsafeReadableBytes { try session.receive($0) }
    }

    // Before the connection is there, which is when `connect` may return.
    func handlerAdded(context: ChannelHandlerContext) {
        channel = context.channel
    }

    func channelActive(context: ChannelHandlerContext) {
        flush()
    }

    func channelReadComplete(context: ChannelHandlerContext) { flush() }

    func channelInactive(context: ChannelHandlerContext) {
        session.closeAllStreams(.connectError)
        log.add("closed")
    }

    func openStream(id: Int32) -> HTTP2Stream? { nil }
    func didReceiveSettings() { log.add("settings") }
    func didReceivePing(isAcknowledgement: Bool, payload: UInt64) { log.add("ping \(payload)") }
    func didReceiveGoAway(lastStreamID: Int32, code: HTTP2ErrorCode, debug: String) {
        goAways.append(lastStreamID)
        log.add("goaway")
    }

    /// Runs on the event loop, then sends what there is to send.
    @discardableResult
    func on<R: Sendable>(_ body: @escaping @Sendable (RawClient) throws -> R) async throws -> R {
        guard let channel else { throw ChannelError.alreadyClosed }
        return try await channel.eventLoop.submit {
            let result = try body(self)
            self.flush()
            return result
        }.get()
    }

    private func flush() {
        guard let channel, channel.isActive else { return }
        _ = try? session.drain(upTo: .max)
        if session.output.readableBytes > 0 { channel.writeAndFlush(session.output, promise: nil) }
        session.output.clear()
    }

    /// Sends bytes that are no frames of the session's.
    func sendRaw(_ bytes: [UInt8]) async throws {
        try await on { $0.channel?.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }
    }

    /// Returns when the server has worked off everything that was sent before.
    func roundTrip() async throws {
        let number = try await on { client in
            client.pings += 1
            client.session.submitPing(UInt64(client.pings))
            return client.pings
        }
        await log.wait(for: "ping \(number)")
    }

    func close() async throws { try await channel?.close().get() }

    // MARK: Calls

    /// Opens a call; the body goes out as it is given.
    func open(
        _ path: String, body: [UInt8], end: Bool = true, headers: KeyValuePairs<String, String> = [:]
    ) async throws -> RawCall {
        let all = RawClient.headers(path, headers)
        return try await on { client in
            let call = RawCall(client)
            call.outgoing.bytes.append(body)
            if end { call.outgoing.ending = .endStream }
            try client.session.submitRequest(all, stream: call, hasBody: true)
            return call
        }
    }

    func call(
        _ method: TestService.Method, _ message: ProtoAny = ProtoAny(), headers: KeyValuePairs<String, String> = [:]
    ) async throws -> RawCall.Reply {
        try await open(method.path, body: RawClient.frame(message), headers: headers).reply()
    }

    static func headers(_ path: String, _ more: KeyValuePairs<String, String>) -> HeaderBlock {
        var fields: [(String, String)] = [
            (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost"),
            ("content-type", "application/grpc"), ("te", "trailers"),
        ]
        for (name, value) in more {
            if let index = fields.firstIndex(where: { $0.0 == name }) {
                fields[index].1 = value
            } else {
                fields.append((name, value))
            }
        }
        var block = HeaderBlock()
        for (name, value) in fields { block.append(name: name.utf8, value: value.utf8) }
        return block
    }

    static func frame(_ message: some ProtobufMessage) -> [UInt8] {
        var buffer = ByteBuffer()
        MessageFraming.write(message, to: &buffer)
        return Array(buffer.readableBytesView)
    }
}

/// One call of a RawClient.
final class RawCall: HTTP2Stream, @unchecked Sendable {
    /// All that came back.
    struct Reply: Sendable {
        var headers: [String: String] = [:]
        var trailers: [String: String] = [:]
        var body: [UInt8] = []
        var code = HTTP2ErrorCode.noError

        /// Trailers, or headers where they were all.
        var status: String? { trailers["grpc-status"] ?? headers["grpc-status"] }
        var message: String? { trailers["grpc-message"] ?? headers["grpc-message"] }

        func messages() throws -> [ProtoAny] {
            var deframer = MessageDeframer(maximumMessageBytes: .max)
            body.withUnsafeBytes { deframer.append($0) }
            var messages: [ProtoAny] = []
            while let message = try deframer.next({ bytes, _ in try ProtoAny(serialized: Array(bytes)) }) {
                messages.append(message)
            }
            return messages
        }
    }

    private let client: RawClient
    private let log = EventLog()
    private var soFar = Reply()
    private var unconsumed = 0

    init(_ client: RawClient) { self.client = client }

    override func receiveHeaders(_ headers: borrowing ReceivedHeaders, kind: HeadersKind) {
        var fields: [String: String] = [:]
        headers.forEach {
            fields[String(decoding: $0.name, as: UTF8.self)] = String(decoding: $0.value, as: UTF8.self)
        }
        if kind == .response { soFar.headers = fields } else { soFar.trailers = fields }
        log.add(kind == .response ? "headers" : "trailers")
    }

    override func receiveData(_ bytes: UnsafeRawBufferPointer) {
        soFar.body.append(contentsOf: bytes)
        if client.consumesAtOnce {
            client.session.consume(self, bytes.count)
        } else {
            unconsumed += bytes.count
        }
        log.add("data")
    }

    override func didClose(_ code: HTTP2ErrorCode) {
        soFar.code = code
        log.add("closed")
    }

    func reply() async throws -> Reply {
        await log.wait(for: "closed")
        return try await client.on { _ in self.soFar }
    }

    func wait(for event: String) async { await log.wait(for: event) }

    var received: Int { get async throws { try await client.on { _ in self.soFar.body.count } } }

    /// Opens the window by what has come.
    func consume() async throws {
        try await client.on { client in
            client.session.consume(self, self.unconsumed)
            self.unconsumed = 0
        }
    }

    func send(_ bytes: [UInt8], end: Bool = false) async throws {
        try await client.on { client in
            self.outgoing.bytes.append(bytes)
            if end { self.outgoing.ending = .endStream }
            client.session.outgoingChanged(self)
        }
    }

    /// Bytes that the server's window does not let out.
    var unsent: Int { get async throws { try await client.on { _ in self.outgoing.queuedBytes } } }

    func reset() async throws {
        try await client.on { $0.session.reset(self, .cancel) }
    }
}
