import GeneratedRPC
import ProtobufRuntime
import RPCCore
import Testing

@testable import RPCTransport

@Suite("Calls whose messages are compressed")
struct CompressedCallTests {
    static let ways: [Compression?] = [nil, .gzip, .deflate]
    static let large = BytesValue(100_000)

    @Test("a unary call, each way by itself", arguments: ways, ways)
    func unary(request: Compression?, response: Compression?) async throws {
        try await ProbeServer.run { router in
            router.unary(Probe.unary) { message, context in
                #expect(context.isRequestCompressed == (request != nil))
                context.response.compressMessages(with: response)
                return message
            }
        } _: { probe in
            let answer = try await probe.client.unary(
                Probe.unary, Self.large, options: CallOptions(compression: request))
            #expect(answer.message == Self.large)
            #expect(answer.wasCompressed == (response != nil))
        }
    }

    @Test("what would not become smaller is sent as it is")
    func smallMessages() async throws {
        try await ProbeServer.run { router in
            router.unary(Probe.unary) { message, context in
                #expect(!context.isRequestCompressed)
                context.response.compressMessages(with: .gzip)
                return message
            }
        } _: { probe in
            for size in [0, 1] {
                let answer = try await probe.client.unary(
                    Probe.unary, BytesValue(size), options: CallOptions(compression: .gzip))
                #expect(answer.message == BytesValue(size))
                #expect(!answer.wasCompressed)
            }
        }
    }

    @Test("the server's configuration counts where the handler says nothing", arguments: [false, true])
    func configured(isChosen: Bool) async throws {
        var configuration = TransportConfiguration()
        configuration.responseCompression = .deflate
        try await ProbeServer.run(server: configuration) { router in
            router.unary(Probe.unary) { message, context in
                if isChosen { context.response.compressMessages(with: nil) }
                return message
            }
        } _: { probe in
            let answer = try await probe.client.unary(Probe.unary, Self.large, options: CallOptions())
            #expect(answer.wasCompressed == !isChosen)
        }
    }

    @Test("a stream compresses some messages and not others, both ways", arguments: Compression.allCases)
    func bidirectional(compression: Compression) async throws {
        try await ProbeServer.run { router in
            router.bidirectional(Probe.both) { requests, responses, context in
                context.response.compressMessages(with: compression)
                for try await request in requests {
                    // Back the other way round.
                    try await responses.write(request, compressed: !requests.lastMessageWasCompressed)
                }
            }
        } _: { probe in
            let seen = try await probe.client.bidirectional(
                Probe.both, options: CallOptions(compression: compression)
            ) { requests in
                for number in 0..<50 {
                    try await requests.write(BytesValue(1_000 + number), compressed: number % 3 == 0)
                }
            } _: { responses in
                var seen: [Bool] = []
                for try await response in responses {
                    #expect(response == BytesValue(1_000 + seen.count))
                    seen.append(responses.lastMessageWasCompressed)
                }
                return seen
            }
            #expect(seen == (0..<50).map { $0 % 3 != 0 })
        }
    }

    @Test("streams of one side")
    func streams() async throws {
        try await ProbeServer.run { router in
            router.serverStreaming(Probe.down) { request, responses, context in
                context.response.compressMessages(with: .gzip)
                for _ in 0..<request.value { try await responses.write(Self.large) }
            }
            router.clientStreaming(Probe.up) { requests, context in
                context.response.compressMessages(with: .gzip)
                var count: Int64 = 0
                for try await request in requests where request == Self.large { count += 1 }
                return Int64Value.with { $0.value = count }
            }
        } _: { probe in
            let options = CallOptions(compression: .gzip)
            let received = try await probe.client.serverStreaming(
                Probe.down, Int64Value.with { $0.value = 100 }, options: options
            ) { responses in
                try await responses.reduce(into: 0) { count, response in count += response == Self.large ? 1 : 0 }
            }
            #expect(received == 100)
            let sent = try await probe.client.clientStreaming(Probe.up, options: options) { requests in
                for _ in 0..<100 { try await requests.write(Self.large) }
            }
            #expect(sent.message.value == 100)
            #expect(!sent.wasCompressed)
        }
    }

    // MARK: Limits

    @Test("a request that grows over the limit is refused as a large one is")
    func largeRequest() async throws {
        var configuration = TransportConfiguration()
        configuration.maximumMessageBytes = 50_000
        try await ProbeServer.run(server: configuration) { router in
            router.unary(Probe.unary) { message, _ in message }
            router.clientStreaming(Probe.up) { requests, _ in
                for try await _ in requests {}
                return Int64Value()
            }
        } _: { probe in
            for compression in [nil, Compression.gzip, .deflate] {
                let options = CallOptions(compression: compression)
                for error in [
                    await failure { try await probe.client.unary(Probe.unary, Self.large, options: options) },
                    await failure {
                        try await probe.client.clientStreaming(Probe.up, options: options) { requests in
                            try await requests.write(Self.large)
                        }
                    },
                ] {
                    #expect(error?.code == .invalidArgument)
                    #expect(error?.reason == "CONTENT_TOO_LARGE")
                    #expect(error?.reasonMetadata == ["limit_bytes": "50000"])
                }
            }
            let fits = try await probe.client.unary(
                Probe.unary, BytesValue(49_000), options: CallOptions(compression: .gzip))
            #expect(fits.message == BytesValue(49_000))
        }
    }

    @Test("a response that grows over the limit is RESOURCE_EXHAUSTED")
    func largeResponse() async throws {
        var configuration = ClientChannelConfiguration()
        configuration.maximumResponseMessageBytes = 50_000
        try await ProbeServer.run(client: configuration) { router in
            router.unary(Probe.unary) { message, context in
                context.response.compressMessages(with: .gzip)
                return message
            }
            router.serverStreaming(Probe.down) { _, responses, context in
                context.response.compressMessages(with: .gzip)
                try await responses.write(Self.large)
            }
        } _: { probe in
            for error in [
                await failure { try await probe.client.unary(Probe.unary, Self.large, options: CallOptions()) },
                await failure {
                    try await probe.client.serverStreaming(Probe.down, Int64Value(), options: CallOptions()) {
                        for try await _ in $0 {}
                    }
                },
            ] {
                #expect(error?.code == .resourceExhausted)
                #expect(error?.message.contains("50000") == true)
            }
        }
    }
}
