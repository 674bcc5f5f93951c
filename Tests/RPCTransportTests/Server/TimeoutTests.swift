import Logging
import NIOCore
import NIOEmbedded
import RPCCore
import Testing

@testable import RPCTransport

/// Time stands still here until a test moves it.
@Suite struct TimeoutTests {
    /// A connection for the time of a closure. What timers it still has are let go: an embedded loop would keep them for ever.
    func withConnection(
        _ change: (inout TransportConfiguration) -> Void = { _ in }, router: RPCRouter = RPCRouter(),
        _ body: (EmbeddedChannel) throws -> Void
    ) throws {
        var configuration = TransportConfiguration()
        change(&configuration)
        let channel = EmbeddedChannel()
        let connection = HTTP2ServerConnection(
            router: router, responder: EchoResponder(), configuration: configuration,
            load: ServerLoad(configuration), logger: Logger(label: "test"),
            handlers: HandlerPool(channel.embeddedEventLoop), channel: channel)
        try withEnd(of: channel) {
            try channel.pipeline.syncOperations.addHandler(connection)
            try body(channel)
        }
    }

    func withEnd(of channel: EmbeddedChannel, _ body: () throws -> Void) throws {
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try body()
    }

    /// What a client sends to open a connection, and a request and the beginning of its body if there is one.
    func opening(_ headers: HeaderBlock? = nil, body: [UInt8] = []) throws -> ByteBuffer {
        let session = HTTP2Session(role: .client, configuration: .init(), delegate: RecordingPeer.shared)
        if let headers {
            let stream = RecordingStream()
            stream.outgoing.bytes.append(body)
            try session.submitRequest(headers, stream: stream, hasBody: true)
        }
        _ = try session.drain(upTo: .max)
        return session.output
    }

    @Test func aPeerThatDoesNotSayWhatItSpeaksIsClosed() throws {
        let channel = EmbeddedChannel()
        try withEnd(of: channel) {
            try channel.pipeline.syncOperations.addHandler(
                ProtocolDetector(timeout: .seconds(15), logger: Logger(label: "test")) { _, _ in })
            try channel.writeInbound(ByteBuffer(string: "PRI * HT"))
            channel.embeddedEventLoop.advanceTime(by: .seconds(14))
            #expect(channel.isActive)
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            #expect(!channel.isActive)
        }
    }

    @Test func anIdleConnectionIsEnded() throws {
        try withConnection({ $0.idleTimeoutSeconds = 100 }) { channel in
            try channel.writeInbound(opening())
            channel.embeddedEventLoop.advanceTime(by: .seconds(90))
            #expect(channel.isActive)
            channel.embeddedEventLoop.advanceTime(by: .seconds(20))
            #expect(!channel.isActive)
        }
    }

    @Test func headersThatNeverEndCloseTheConnection() throws {
        try withConnection({ $0.headerTimeoutSeconds = 15 }) { channel in
            let whole = try opening(RawClient.headers("/s/m", [:]))
            try channel.writeInbound(whole.getSlice(at: 0, length: whole.readableBytes - 10))
            channel.embeddedEventLoop.advanceTime(by: .seconds(10))
            #expect(channel.isActive)
            channel.embeddedEventLoop.advanceTime(by: .seconds(15))
            #expect(!channel.isActive)
        }
    }

    @Test func aRequestWhoseBodyNeverEndsIsResetAndTheConnectionStays() throws {
        try withConnection({ $0.requestTimeoutSeconds = 60 }) { channel in
            try channel.writeInbound(opening(RawClient.headers("/", ["content-type": "text/plain"])))
            while try channel.readOutbound(as: ByteBuffer.self) != nil {}
            channel.embeddedEventLoop.advanceTime(by: .seconds(70))
            #expect(channel.isActive)
            // RST_STREAM of stream 1 with CANCEL.
            let reset = try #require(try channel.readOutbound(as: ByteBuffer.self))
            #expect(Array(reset.readableBytesView) == [0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 8])
        }
    }

    /// The time that a message may take begins with it, not with its stream, which may be open for days.
    @Test func aMessageThatDribblesIsCutOffAndTheConnectionStays() throws {
        var router = RPCRouter()
        router.add(TestService())
        try withConnection({ $0.requestTimeoutSeconds = 60 }, router: router) { channel in
            let whole: [UInt8] = [0, 0, 0, 0, 0]
            try channel.writeInbound(
                opening(RawClient.headers(TestService.collect.path, [:]), body: whole))
            channel.embeddedEventLoop.advanceTime(by: .seconds(100))
            while try channel.readOutbound(as: ByteBuffer.self) != nil {}
            // DATA of stream 1: the beginning of a message of nine bytes.
            try channel.writeInbound(ByteBuffer(bytes: [0, 0, 6, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 9, 1]))
            channel.embeddedEventLoop.advanceTime(by: .seconds(50))
            while let written = try channel.readOutbound(as: ByteBuffer.self) {
                #expect(written.getInteger(at: 3, as: UInt8.self) != 3, "it was reset too soon")
            }
            // Another byte of it gives it no more time.
            try channel.writeInbound(ByteBuffer(bytes: [0, 0, 1, 0, 0, 0, 0, 0, 1, 1]))
            channel.embeddedEventLoop.advanceTime(by: .seconds(20))
            #expect(channel.isActive)
            let reset = try #require(try channel.readOutbound(as: ByteBuffer.self))
            #expect(Array(reset.readableBytesView) == [0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 8])
        }
    }

    @Test func aConnectionThatLingeredKeepsNoMemoryOnceItsPeerHasGone() throws {
        let channel = EmbeddedChannel()
        try withEnd(of: channel) {
            // An embedded channel is closed as soon as its output is. The timers are not due yet.
            weak let kept = try addConnectionThatEnds(to: channel)
            channel.embeddedEventLoop.run()
            #expect(!channel.isActive)
            #expect(kept == nil)
        }
    }

    private func addConnectionThatEnds(to channel: EmbeddedChannel) throws -> HTTP2ServerConnection {
        let configuration = TransportConfiguration()
        let connection = HTTP2ServerConnection(
            router: RPCRouter(), responder: EchoResponder(), configuration: configuration,
            load: ServerLoad(configuration), logger: Logger(label: "test"),
            handlers: HandlerPool(channel.embeddedEventLoop), channel: channel)
        try channel.pipeline.syncOperations.addHandler(connection)
        let client = HTTP2Session(role: .client, configuration: .init(), delegate: RecordingPeer.shared)
        client.submitGoAway(.noError)
        _ = try client.drain(upTo: .max)
        try channel.writeInbound(client.output)
        #expect(connection.isLingering)
        return connection
    }
}
