import Logging
import NIOCore
import NIOEmbedded
import RPCCore
import Testing

@testable import RPCTransport

/// Time stands still here until a test moves it.
@Suite struct TimeoutTests {
    func connect(_ change: (inout TransportConfiguration) -> Void = { _ in }) throws -> EmbeddedChannel {
        var configuration = TransportConfiguration()
        change(&configuration)
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let connection = HTTP2ServerConnection(
            router: RPCRouter(), responder: EchoResponder(), configuration: configuration,
            logger: Logger(label: "test"),
            executor: EventLoopExecutor(channel.embeddedEventLoop), channel: channel)
        try channel.pipeline.syncOperations.addHandler(connection)
        return channel
    }

    /// What a client sends to open a connection, and a request if there is one.
    func opening(_ headers: HeaderBlock? = nil) throws -> ByteBuffer {
        let session = HTTP2Session(role: .client, configuration: .init(), delegate: RecordingPeer.shared)
        if let headers { try session.submitRequest(headers, stream: RecordingStream(), hasBody: true) }
        _ = try session.drain(upTo: .max)
        return session.output
    }

    @Test func aPeerThatDoesNotSayWhatItSpeaksIsClosed() throws {
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.pipeline.syncOperations.addHandler(
            ProtocolDetector(timeout: .seconds(15), logger: Logger(label: "test")) { _, _ in })
        try channel.writeInbound(ByteBuffer(string: "PRI * HT"))
        channel.embeddedEventLoop.advanceTime(by: .seconds(14))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test func anIdleConnectionIsEnded() throws {
        let channel = try connect { $0.idleTimeoutSeconds = 100 }
        try channel.writeInbound(opening())
        channel.embeddedEventLoop.advanceTime(by: .seconds(90))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(20))
        #expect(!channel.isActive)
    }

    @Test func headersThatNeverEndCloseTheConnection() throws {
        let channel = try connect { $0.headerTimeoutSeconds = 15 }
        let whole = try opening(RawClient.headers("/s/m", [:]))
        try channel.writeInbound(whole.getSlice(at: 0, length: whole.readableBytes - 10))
        channel.embeddedEventLoop.advanceTime(by: .seconds(10))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(15))
        #expect(!channel.isActive)
    }

    @Test func aRequestWhoseBodyNeverEndsIsResetAndTheConnectionStays() throws {
        let channel = try connect { $0.requestTimeoutSeconds = 60 }
        try channel.writeInbound(opening(RawClient.headers("/", ["content-type": "text/plain"])))
        while try channel.readOutbound(as: ByteBuffer.self) != nil {}
        channel.embeddedEventLoop.advanceTime(by: .seconds(70))
        #expect(channel.isActive)
        // RST_STREAM of stream 1 with CANCEL.
        let reset = try #require(try channel.readOutbound(as: ByteBuffer.self))
        #expect(Array(reset.readableBytesView) == [0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 8])
        _ = try channel.finish()
    }
}
