import GeneratedRPC
import ProtobufRuntime
import RPCCore
import Synchronization
import Testing

@Suite("Calls in process")
struct InProcessChannelTests {
    private let options = CallOptions(timeout: .seconds(60))

    private var echo: InProcessChannel {
        InProcessChannel { registry in
            registry.unary(Probe.unary) { request, context in
                context.response.addInitial("surface", "\(context.surface)")
                context.response.addTrailing("asked", context.metadata["ask"] ?? "nothing")
                if request.value.count == 13 { throw RPCError(.notFound, "thirteen", reason: "THIRTEEN") }
                return request
            }
            registry.serverStreaming(Probe.down) { request, writer, _ in
                for number in 0..<Int(request.value) { try await writer.write(BytesValue(number)) }
            }
            registry.clientStreaming(Probe.up) { requests, _ in
                let bytes = try await requests.reduce(0) { $0 + $1.value.count }
                return .with { $0.value = Int64(bytes) }
            }
            registry.bidirectional(Probe.both) { requests, writer, _ in
                for try await request in requests { try await writer.write(request) }
            }
        }
    }

    @Test("all four kinds, with metadata both ways")
    func kinds() async throws {
        let answer = try await echo.unary(
            Probe.unary, BytesValue(3), options: CallOptions(metadata: ["ask": "something"]))
        #expect(answer.message == BytesValue(3))
        #expect(answer.initialMetadata["surface"] == "inProcess")
        #expect(answer.trailingMetadata["asked"] == "something")
        let down = try await echo.serverStreaming(Probe.down, .with { $0.value = 100 }, options: options) {
            try await $0.reduce(into: []) { $0.append($1.value.count) }
        }
        #expect(down == Array(0..<100))
        let up = try await echo.clientStreaming(Probe.up, options: options) { requests in
            for _ in 0..<100 { try await requests.write(BytesValue(10)) }
        }
        #expect(up.message.value == 1_000)
        let both = try await echo.bidirectional(Probe.both, options: options) { requests in
            for number in 0..<100 { try await requests.write(BytesValue(number)) }
        } _: {
            try await $0.reduce(into: []) { $0.append($1.value.count) }
        }
        #expect(both == Array(0..<100))
    }

    @Test("errors come as from a server, without their cause; a method that is not there is UNIMPLEMENTED")
    func errors() async throws {
        let error = await failure { try await echo.unary(Probe.unary, BytesValue(13), options: options) }
        #expect(error?.code == .notFound)
        #expect(error?.reason == "THIRTEEN")
        #expect(error?.metadata["asked"] == "nothing")
        struct Secret: Error {}
        let failing = InProcessChannel { $0.unary(Probe.unary) { _, _ in throw Secret() } }
        let unknown = await failure { try await failing.unary(Probe.unary, BytesValue(), options: options) }
        #expect(unknown?.code == .unknown)
        #expect(unknown?.cause == nil)
        let missing = await failure {
            try await failing.serverStreaming(Probe.down, Int64Value(), options: options) { _ in }
        }
        #expect(missing?.code == .unimplemented)
    }

    @Test("the deadline ends the call at both ends")
    func deadline() async throws {
        let ended = Event()
        let stuck = InProcessChannel {
            $0.unary(Probe.unary) { request, _ in
                try await untilCancelled(ended: ended)
                return request
            }
        }
        let error = await failure {
            try await stuck.unary(Probe.unary, BytesValue(), options: CallOptions(timeout: .milliseconds(20)))
        }
        #expect(error?.code == .deadlineExceeded)
        await ended.wait()
        let late = await failure {
            try await echo.unary(Probe.unary, BytesValue(), options: CallOptions(timeout: .zero))
        }
        #expect(late?.code == .deadlineExceeded)
    }

    @Test("cancelling the caller cancels the handler, and leaving a stream does")
    func cancellation() async throws {
        let (began, ended) = (Event(), Event())
        let stuck = InProcessChannel {
            $0.unary(Probe.unary) { request, _ in
                try await untilCancelled(began: began, ended: ended)
                return request
            }
        }
        let call = Task { try await stuck.unary(Probe.unary, BytesValue(), options: CallOptions()) }
        await began.wait()
        call.cancel()
        #expect(await failure { try await call.value }?.code == .cancelled)
        await ended.wait()
        let left = Event()
        let endless = InProcessChannel {
            $0.serverStreaming(Probe.down) { _, writer, _ in
                defer { left.happen() }
                while true { try await writer.write(BytesValue(1)) }
            }
        }
        try await endless.serverStreaming(Probe.down, Int64Value(), options: CallOptions()) { messages in
            for try await _ in messages { return }
        }
        await left.wait()
    }

    @Test("a handler that writes waits for its reader")
    func backPressure() async throws {
        let written = Counter()
        let fast = InProcessChannel {
            $0.serverStreaming(Probe.down) { _, writer, _ in
                for _ in 0..<1_000 {
                    try await writer.write(BytesValue(1))
                    written.add()
                }
            }
        }
        try await fast.serverStreaming(Probe.down, Int64Value(), options: options) { messages in
            var taken = 0
            for try await _ in messages {
                taken += 1
                #expect(written.now - taken <= 16)
            }
            #expect(taken == 1_000)
        }
    }
}

@Suite("Client interceptors")
struct ClientInterceptorTests {
    private struct Naming: ClientInterceptor {
        let name: String

        func intercept<Answer: Sendable>(
            _ method: MethodIdentity, _ options: CallOptions, next: (CallOptions) async throws -> Answer
        ) async throws -> Answer {
            var options = options
            options.metadata.add("way", name + method.name)
            return try await next(options)
        }
    }

    private struct Refusing: ClientInterceptor {
        func intercept<Answer: Sendable>(
            _ method: MethodIdentity, _ options: CallOptions, next: (CallOptions) async throws -> Answer
        ) async throws -> Answer {
            throw RPCError(.unauthenticated, "no token")
        }
    }

    @Test("they stand around calls of every kind, the first one outermost")
    func order() async throws {
        let seen = Mutex<[[Metadata.Value]]>([])
        let base = InProcessChannel { registry in
            let note = { @Sendable (context: ServerContext) in
                seen.withLock { $0.append(context.metadata.values("way")) }
            }
            registry.unary(Probe.unary) { request, context in
                note(context)
                return request
            }
            registry.serverStreaming(Probe.down) { _, _, context in note(context) }
            registry.clientStreaming(Probe.up) { _, context in
                note(context)
                return Int64Value()
            }
            registry.bidirectional(Probe.both) { _, _, context in note(context) }
        }
        let channel = InterceptedChannel.channel(base, interceptors: [Naming(name: "1"), Naming(name: "2")])
        _ = try await channel.unary(Probe.unary, BytesValue(), options: CallOptions())
        try await channel.serverStreaming(Probe.down, Int64Value(), options: CallOptions()) { for try await _ in $0 {} }
        _ = try await channel.clientStreaming(Probe.up, options: CallOptions()) { _ in }
        try await channel.bidirectional(Probe.both, options: CallOptions()) { _ in
        } _: {
            for try await _ in $0 {}
        }
        let expected = ["Unary", "Down", "Up", "Both"].map { [Metadata.Value.text("1" + $0), .text("2" + $0)] }
        #expect(seen.withLock { $0 } == expected)
    }

    @Test("one that refuses a call keeps it from the channel")
    func refusal() async {
        let calls = Counter()
        let base = InProcessChannel {
            $0.unary(Probe.unary) { request, _ in
                calls.add()
                return request
            }
        }
        let channel = InterceptedChannel(base, interceptor: Refusing())
        let error = await failure { try await channel.unary(Probe.unary, BytesValue(), options: CallOptions()) }
        #expect(error?.code == .unauthenticated)
        #expect(calls.now == 0)
    }
}
