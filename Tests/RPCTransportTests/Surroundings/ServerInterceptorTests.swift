import GeneratedRPC
import ProtobufRuntime
import RPCCore
import RPCTransport
import Testing

/// The handlers of Probe, each doing the least; `plan` says how they end.
private struct ProbeService: RPCService {
    let events: EventLog

    func register<Registry: MethodRegistry>(in registry: inout Registry) {
        registry.unary(Probe.unary) { request, _ in
            events.add("handler")
            if request.value.isEmpty { throw RPCError(.notFound, "there is nothing") }
            return request
        }
        registry.serverStreaming(Probe.down) { request, responses, _ in
            for _ in 0..<request.value { try await responses.write(BytesValue(1)) }
            events.add("handler")
        }
        registry.clientStreaming(Probe.up) { requests, _ in
            var count: Int64 = 0
            for try await _ in requests { count += 1 }
            events.add("handler")
            return Int64Value.with { $0.value = count }
        }
        registry.bidirectional(Probe.both) { requests, responses, _ in
            for try await request in requests { try await responses.write(request) }
            events.add("handler")
        }
    }
}

/// Notes when calls begin and end, under its name; refuses those that carry metadata of its name.
private struct Recorder: ServerInterceptor {
    let name: String
    let events: EventLog
    var method: String?

    func bound(to method: MethodIdentity) -> any ServerInterceptor {
        var bound = self
        bound.method = method.path
        return bound
    }

    func intercept(
        _ method: MethodIdentity, _ context: ServerContext, next: () async throws -> Void
    ) async throws {
        #expect(method.path == self.method)
        #expect(method.path == context.path)
        if context.metadata[name] != nil { throw RPCError(.permissionDenied, "\(name) refuses it") }
        events.add("\(name) begins")
        defer { events.add("\(name) ends") }
        try await next()
    }
}

@Suite("Interceptors of the server")
struct ServerInterceptorTests {
    private let events = EventLog()

    private func run(_ body: (ProbeServer) async throws -> Void) async throws {
        try await ProbeServer.run { router in
            router.add(
                ProbeService(events: events),
                interceptors: [Recorder(name: "outer", events: events), Recorder(name: "inner", events: events)])
        } _: { probe in
            try await body(probe)
        }
    }

    @Test("they stand around a call in the order in which they were given, whatever kind it is")
    func order() async throws {
        let nested = ["outer begins", "inner begins", "handler", "inner ends", "outer ends"]
        try await run { probe in
            let response = try await probe.client.unary(Probe.unary, BytesValue(3), options: CallOptions())
            #expect(response.message == BytesValue(3))
            #expect(events.all == nested)
            let received = try await probe.client.serverStreaming(
                Probe.down, Int64Value.with { $0.value = 2 }, options: CallOptions()
            ) { responses in
                var count = 0
                for try await _ in responses { count += 1 }
                return count
            }
            #expect(received == 2)
            #expect(events.all == nested + nested)
            let sent = try await probe.client.clientStreaming(Probe.up, options: CallOptions()) { requests in
                try await requests.write(BytesValue(1))
            }
            #expect(sent.message.value == 1)
            #expect(events.all == nested + nested + nested)
            let echoed = try await probe.client.bidirectional(Probe.both, options: CallOptions()) { requests in
                try await requests.write(BytesValue(5))
            } _: { responses in
                var all: [BytesValue] = []
                for try await response in responses { all.append(response) }
                return all
            }
            #expect(echoed == [BytesValue(5)])
            #expect(events.all == nested + nested + nested + nested)
        }
    }

    @Test("a refusal is the call's status, and neither what is inside nor the handler sees the call")
    func refusal() async throws {
        try await run { probe in
            let options = CallOptions(metadata: ["inner": "1"])
            let error = await failure { try await probe.client.unary(Probe.unary, BytesValue(3), options: options) }
            #expect(error?.code == .permissionDenied)
            #expect(error?.message == "inner refuses it")
            #expect(events.all == ["outer begins", "outer ends"])
        }
    }

    @Test("an error of the handler passes through them to the caller")
    func failing() async throws {
        try await run { probe in
            let error = await failure {
                try await probe.client.unary(Probe.unary, BytesValue(0), options: CallOptions())
            }
            #expect(error?.code == .notFound)
            #expect(events.all.suffix(2) == ["inner ends", "outer ends"])
        }
    }

    private struct Forgetful: ServerInterceptor {
        func intercept(
            _ method: MethodIdentity, _ context: ServerContext, next: () async throws -> Void
        ) async throws {}
    }

    @Test("one that forgets the handler makes the call fail, and observers are told")
    func forgotten() async throws {
        let metrics = CallMetrics()
        try await ProbeServer.run { router in
            router.add(ProbeService(events: events), interceptors: [Forgetful()], observers: [metrics])
        } _: { probe in
            let error = await failure {
                try await probe.client.unary(Probe.unary, BytesValue(3), options: CallOptions())
            }
            #expect(error?.code == .internalError)
            let sent = await failure {
                try await probe.client.clientStreaming(Probe.up, options: CallOptions()) { _ in }
            }
            #expect(sent?.code == .internalError)
            #expect(events.all.isEmpty)
        }
        let internalErrors = metrics.prometheusText().split(separator: "\n").filter { $0.contains("\"INTERNAL\"} 1") }
        #expect(internalErrors.count == 2)
    }
}
