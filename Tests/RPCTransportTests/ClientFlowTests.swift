import GeneratedRPC
import ProtobufRuntime
import RPCCore
import RPCTransport
import Testing

@Suite("The client under load, and against the stream")
struct ClientFlowTests {
    @Test("1,000 calls at once share one connection that allows 100 streams")
    func manyCalls() async throws {
        var configuration = TransportConfiguration()
        configuration.maximumConcurrentStreams = 100
        let running = Counter()
        let peers = Guarded(Set<String>())
        try await ProbeServer.run(server: configuration) { router in
            router.unary(Probe.unary) { request, context in
                running.add()
                peers.withLock { _ = $0.insert(context.peer) }
                await Task.yield()
                running.add(-1)
                return request
            }
        } _: { probe in
            let client = probe.client
            let bytes = try await withThrowingTaskGroup(of: Int.self) { group in
                for size in 0..<1_000 {
                    group.addTask {
                        try await client.unary(
                            Probe.unary, BytesValue(size), options: CallOptions(timeout: .seconds(60))
                        ).message.value.count
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(bytes == 999 * 1_000 / 2)
            #expect(running.most <= 100)
            #expect(peers.withLock { $0.count } == 1)
        }
    }

    @Test("calls beyond the limit of those that wait are refused")
    func tooManyCalls() async throws {
        var server = TransportConfiguration()
        server.maximumConcurrentStreams = 1
        var client = ClientChannelConfiguration()
        client.maximumWaitingCalls = 5
        let began = Event()
        let goOn = Event()
        try await ProbeServer.run(server: server, client: client) { router in
            router.unary(Probe.unary) { request, _ in
                began.happen()
                await goOn.wait()
                return request
            }
        } _: { probe in
            let client = probe.client
            await withTaskGroup(of: StatusCode?.self) { group in
                group.addTask {
                    await failure { try await client.unary(Probe.unary, BytesValue(1), options: CallOptions()) }?.code
                }
                await began.wait()
                for _ in 0..<8 {
                    group.addTask {
                        await failure { try await client.unary(Probe.unary, BytesValue(1), options: CallOptions()) }?
                            .code
                    }
                }
                // Three are refused while the first is still running.
                for _ in 0..<3 { #expect(await group.next() == .resourceExhausted) }
                goOn.happen()
                for await code in group { #expect(code == nil) }
            }
        }
    }

    @Test("messages far larger than any window go both ways")
    func largeMessages() async throws {
        var server = TransportConfiguration()
        server.maximumMessageBytes = 20 * 1_024 * 1_024
        server.streamWindowBytes = 65_535
        server.connectionWindowBytes = 65_535
        var client = ClientChannelConfiguration()
        client.streamWindowBytes = 65_535
        client.connectionWindowBytes = 65_535
        try await ProbeServer.run(server: server, client: client) { router in
            router.unary(Probe.unary) { request, _ in request }
            router.bidirectional(Probe.both) { requests, responses, _ in
                for try await request in requests { try await responses.write(request) }
            }
        } _: { probe in
            let large = BytesValue(12 * 1_024 * 1_024)
            let response = try await probe.client.unary(Probe.unary, large, options: CallOptions())
            #expect(response.message == large)
            let count = try await probe.client.bidirectional(Probe.both, options: CallOptions()) { requests in
                for _ in 0..<3 { try await requests.write(large) }
            } _: { responses in
                var count = 0
                for try await response in responses {
                    #expect(response.value.count == large.value.count)
                    count += 1
                }
                return count
            }
            #expect(count == 3)
        }
    }

    @Test("a response over the limit is refused, and the connection goes on")
    func responseTooLarge() async throws {
        var client = ClientChannelConfiguration()
        client.maximumResponseMessageBytes = 1_000
        try await ProbeServer.run(client: client) { router in
            router.unary(Probe.unary) { request, _ in
                BytesValue(request.value.count * 10)
            }
        } _: { probe in
            let error = await failure {
                try await probe.client.unary(Probe.unary, BytesValue(500), options: CallOptions())
            }
            #expect(error?.code == .resourceExhausted)
            let response = try await probe.client.unary(Probe.unary, BytesValue(50), options: CallOptions())
            #expect(response.message.value.count == 500)
        }
    }

    @Test("a slow reader holds back the handler: it is never more than the buffers ahead")
    func slowReader() async throws {
        var client = ClientChannelConfiguration()
        client.streamWindowBytes = 64 * 1_024
        client.maximumUntakenBytesPerStream = 64 * 1_024
        let written = Counter()
        try await ProbeServer.run(client: client) { router in
            router.serverStreaming(Probe.down) { request, responses, _ in
                for _ in 0..<request.value {
                    try await responses.write(BytesValue(10_000))
                    written.add()
                }
            }
        } _: { probe in
            let most = try await probe.client.serverStreaming(
                Probe.down, Int64Value.with { $0.value = 4_000 }, options: CallOptions()
            ) { responses in
                var read = 0
                var most = 0
                for try await _ in responses {
                    read += 1
                    most = max(most, written.now - read)
                    if read % 100 == 0 { await Task.yield() }
                }
                #expect(read == 4_000)
                return most
            }
            // The server's queue (256 KiB), what it hands to the socket, the windows, the client's queue: under 1.5 MB.
            #expect(most < 150)
        }
    }

    @Test("a handler that reads slowly holds back the writer")
    func slowHandler() async throws {
        let read = Counter()
        let most = Counter()
        try await ProbeServer.run { router in
            router.clientStreaming(Probe.up) { requests, _ in
                for try await _ in requests {
                    read.add()
                    await Task.yield()
                }
                return Int64Value.with { $0.value = Int64(read.now) }
            }
        } _: { probe in
            let response = try await probe.client.clientStreaming(Probe.up, options: CallOptions()) { requests in
                for written in 1...4_000 {
                    try await requests.write(BytesValue(10_000))
                    let ahead = written - read.now
                    if ahead > most.now { most.add(ahead - most.now) }
                }
            }
            #expect(response.message.value == 4_000)
            #expect(most.now < 150)
        }
    }
}
