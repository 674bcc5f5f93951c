import NIOCore
import RPCCore
import NIOPosix

/// Sends bytes and keeps what comes back.
final class ByteClient: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private struct State {
        var received: [UInt8] = []
        var isClosed = false
        var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Guarded(State())
    private let channel = Guarded<(any Channel)?>(nil)

    /// - Parameter reads: whether it reads what comes without being asked to.
    static func connect(port: Int, reads: Bool = true) async throws -> ByteClient {
        let client = ByteClient()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.autoRead, value: reads)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(client) }
            }
            .connect(host: "127.0.0.1", port: port).get()
        client.channel.withLock { $0 = channel }
        return client
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        update { $0.received.append(contentsOf: bytes.readableBytesView) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        update { $0.isClosed = true }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func update(_ change: (inout State) -> Void) {
        let woken = state.withLock { state in
            change(&state)
            let woken = state.waiting.filter { state.isClosed || state.received.count >= $0.count }
            state.waiting.removeAll { waiter in state.isClosed || state.received.count >= waiter.count }
            return woken
        }
        for waiter in woken { waiter.continuation.resume() }
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        let channel = channel.withLock { $0 }
        try await channel?.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    /// Reads what has come, once.
    func readOnce() {
        channel.withLock { $0 }?.read()
    }

    /// Ends our side of the connection.
    func sendEnd() async throws {
        let channel = channel.withLock { $0 }
        try await channel?.close(mode: .output).get()
    }

    /// All that has come, once it is that much or the server has closed.
    func receive(atLeast count: Int) async -> String {
        String(decoding: await receiveBytes(atLeast: count), as: UTF8.self)
    }

    func receiveBytes(atLeast count: Int) async -> [UInt8] {
        await wait(for: count)
        return state.withLock { $0.received }
    }

    /// How much has come, once it is that much or the server has closed.
    func receivedCount(atLeast count: Int) async -> Int {
        await wait(for: count)
        return state.withLock { $0.received.count }
    }

    private func wait(for count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.isClosed || state.received.count >= count { return true }
                state.waiting.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    func receiveUntilClosed() async -> String { await receive(atLeast: .max) }

    func close() async throws {
        let channel = channel.withLock { $0 }
        try await channel?.close().get()
    }
}
