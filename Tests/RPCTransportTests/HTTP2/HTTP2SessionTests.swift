import NIOCore
import Testing

@testable import RPCTransport

@Suite struct HTTP2SessionTests {
    static let request = HeaderBlock([
        ":method": "POST", ":scheme": "http", ":path": "/s/m", ":authority": "localhost", "te": "trailers",
    ])
    static let responseHeaders = FixedHeaderBlock([":status": "200", "content-type": "application/grpc"])
    static let okTrailers = FixedHeaderBlock(["grpc-status": "0"])

    func post(_ body: [UInt8], on pair: SessionPair) throws -> RecordingStream {
        let stream = RecordingStream()
        stream.outgoing.bytes.append(body)
        stream.outgoing.ending = .endStream
        try pair.clientSession.submitRequest(Self.request, stream: stream, hasBody: true)
        return stream
    }

    func reply(_ body: [UInt8], to stream: HTTP2Stream, on pair: SessionPair) {
        stream.outgoing.bytes.append(body)
        stream.outgoing.ending = .fixedTrailers(Self.okTrailers)
        pair.serverSession.submitResponse(Self.responseHeaders, stream: stream, hasBody: true)
    }

    @Test(arguments: [1, 2, 7, 100, Int.max])
    func aCallGoesThereAndBackHoweverItsBytesAreSplit(step: Int) throws {
        let pair = SessionPair()
        let call = try post([1, 2, 3], on: pair)
        try pair.exchange(step: step)
        let served = try #require(pair.server.streams.first)
        #expect(served.blocks.map(\.kind) == [.request])
        #expect(served.blocks[0].fields.contains(":path: /s/m"))
        #expect(served.body == [1, 2, 3])
        #expect(served.ends == 1)

        reply([4, 5], to: served, on: pair)
        try pair.exchange(step: step)
        #expect(call.blocks.map(\.fields) == [[":status: 200", "content-type: application/grpc"], ["grpc-status: 0"]])
        #expect(call.blocks.map(\.kind) == [.response, .later])
        #expect(call.body == [4, 5])
        #expect(call.ends == 1)
        #expect(call.closed == .noError)
        #expect(served.closed == .noError)
        #expect(pair.serverSession.openStreams == 0)
        #expect(pair.clientSession.openStreams == 0)
    }

    @Test func trailersThatComeLaterEndABodyThatWaited() throws {
        let pair = SessionPair()
        let call = try post([], on: pair)
        try pair.exchange()
        let served = pair.server.streams[0]
        pair.serverSession.submitResponse(Self.responseHeaders, stream: served, hasBody: true)
        try pair.exchange()
        let isDeferred = served.outgoing.isDeferred
        #expect(isDeferred)
        served.outgoing.bytes.append([9])
        pair.serverSession.outgoingChanged(served)
        try pair.exchange()
        #expect(call.body == [9])
        #expect(call.closed == nil)
        served.outgoing.ending = .trailers(HeaderBlock(["grpc-status": "5", "grpc-message": "no"]))
        pair.serverSession.outgoingChanged(served)
        try pair.exchange()
        #expect(call.blocks.last?.fields == ["grpc-status: 5", "grpc-message: no"])
        #expect(call.closed == .noError)
    }

    @Test func aBodyWaitsForTheReadersWindow() throws {
        var small = HTTP2Configuration()
        small.streamWindowBytes = 1_000
        let pair = SessionPair(server: small)
        try pair.exchange()
        let call = try post([UInt8](repeating: 7, count: 2_500), on: pair)
        try pair.exchange()
        let served = pair.server.streams[0]
        #expect(served.body.count == 1_000)
        let queued = call.outgoing.queuedBytes
        #expect(queued == 1_500)
        pair.serverSession.consume(served, 1_000)
        try pair.exchange()
        #expect(served.body.count == 2_000)
        pair.serverSession.consume(served, 1_000)
        try pair.exchange()
        #expect(served.body.count == 2_500)
        #expect(served.ends == 1)
    }

    @Test func theConnectionsWindowOpensByItself() throws {
        var small = HTTP2Configuration()
        small.connectionWindowBytes = 65_535
        let pair = SessionPair(server: small)
        try pair.exchange()
        for _ in 0..<4 { _ = try post([UInt8](repeating: 7, count: 60_000), on: pair) }
        try pair.exchange()
        #expect(pair.server.streams.map(\.body.count) == [60_000, 60_000, 60_000, 60_000])
    }

    @Test func drainingStopsAtItsLimitAndGoesOnFromThere() throws {
        var wide = HTTP2Configuration()
        wide.streamWindowBytes = 1 << 20
        let pair = SessionPair(client: wide)
        let call = try post([], on: pair)
        try pair.exchange()
        reply([UInt8](repeating: 3, count: 200_000), to: pair.server.streams[0], on: pair)
        #expect(try pair.serverSession.drain(upTo: 20_000))
        #expect(pair.serverSession.output.readableBytes < 20_000 + 16_384 + 9)
        try pair.exchange()
        #expect(call.body.count == 200_000)
        #expect(call.closed == .noError)
    }

    @Test func aResetReachesTheOtherSide() throws {
        let pair = SessionPair()
        let call = RecordingStream()
        try pair.clientSession.submitRequest(Self.request, stream: call, hasBody: true)
        try pair.exchange()
        pair.clientSession.reset(call, .cancel)
        try pair.exchange()
        #expect(pair.server.streams[0].closed == .cancel)
        #expect(call.closed == .cancel)
        #expect(pair.clientSession.openStreams == 0)
    }

    @Test func aRefusedStreamIsToldSoAndNothingElse() throws {
        let pair = SessionPair()
        pair.server.refusesStreams = true
        let call = try post([1], on: pair)
        try pair.exchange()
        #expect(call.closed == .refusedStream)
        pair.server.refusesStreams = false
        _ = try post([1], on: pair)
        try pair.exchange()
        #expect(pair.server.streams.map(\.ends) == [1])
    }

    @Test func headersOverTheLimitAreCountedAndNotKept() throws {
        var small = HTTP2Configuration()
        small.maximumHeaderFields = 7
        let pair = SessionPair(server: small)
        var headers = Self.request
        for index in 0..<10 { headers.append("x-field", "\(index)") }
        try pair.clientSession.submitRequest(headers, stream: RecordingStream(), hasBody: false)
        try pair.exchange()
        let served = pair.server.streams[0]
        #expect(served.blocks[0].isOverLimit)
        #expect(served.blocks[0].fields.count == 7)
        #expect(!pair.serverSession.isFinished)
    }

    @Test func aBlockFarOverTheLimitEndsTheConnection() throws {
        var small = HTTP2Configuration()
        small.maximumHeaderFields = 7
        let pair = SessionPair(server: small)
        var headers = Self.request
        for index in 0..<60 { headers.append("x-field", "\(index)") }
        try pair.clientSession.submitRequest(headers, stream: RecordingStream(), hasBody: false)
        try pair.exchange()
        #expect(pair.client.goAways.map(\.code) == [.enhanceYourCalm])
        #expect(pair.serverSession.isFinished)
    }

    @Test func goAwayComesInTwoStepsAndLetsStreamsEnd() throws {
        let pair = SessionPair()
        let call = try post([1], on: pair)
        try pair.exchange()
        pair.serverSession.submitShutdownNotice()
        try pair.exchange()
        #expect(pair.client.goAways.map(\.lastStreamID) == [Int32.max])
        pair.serverSession.submitGoAway(.noError)
        try pair.exchange()
        #expect(pair.client.goAways.map(\.lastStreamID) == [Int32.max, call.id])
        reply([2], to: pair.server.streams[0], on: pair)
        try pair.exchange()
        #expect(call.body == [2])
        #expect(call.closed == .noError)
        #expect(pair.serverSession.isFinished)
        #expect(!pair.clientSession.isRequestAllowed)
    }

    @Test func goAwayComesInTwoStepsOnAnIdleConnectionToo() throws {
        let pair = SessionPair()
        try pair.exchange()
        pair.serverSession.submitShutdownNotice()
        pair.serverSession.submitPing(0)
        try pair.exchange()
        #expect(pair.server.pings.map(\.isAcknowledgement) == [true])
        #expect(!pair.serverSession.isFinished)
        pair.serverSession.submitGoAway(.noError)
        try pair.exchange()
        // nghttp2's client, with no streams, hears nothing after the first.
        #expect(pair.client.goAways.map(\.lastStreamID) == [Int32.max])
        #expect(pair.serverSession.isFinished)
    }

    @Test func pingsAreAnswered() throws {
        let pair = SessionPair()
        pair.clientSession.submitPing(0x0102_0304_0506_0708)
        try pair.exchange()
        #expect(pair.server.pings.map(\.isAcknowledgement) == [false])
        #expect(pair.client.pings.map(\.isAcknowledgement) == [true])
        #expect(pair.client.pings.map(\.payload) == [0x0102_0304_0506_0708])
    }

    @Test func garbageEndsTheConnectionWithAGoAway() throws {
        let pair = SessionPair()
        try pair.exchange()
        let garbage: [UInt8] = [0, 0, 1, 0, 0, 0, 0, 0, 9, 1]
        try garbage.withUnsafeBytes { try pair.serverSession.receive($0) }
        try pair.exchange()
        #expect(pair.client.goAways.map(\.code) == [.protocolError])
        #expect(pair.serverSession.isFinished)
    }

    @Test func streamsThatAreOpenWhenTheConnectionGoesAreClosed() throws {
        let pair = SessionPair()
        let calls = try (0..<3).map { _ in try post([1], on: pair) }
        try pair.exchange()
        pair.clientSession.closeAllStreams(.cancel)
        #expect(calls.map(\.closed) == [.cancel, .cancel, .cancel])
        #expect(pair.clientSession.openStreams == 0)
    }
}
