import GeneratedRPC
import NIOCore
import NIOHTTP1
import ProtobufRuntime
import RPCCore
import RPCTransport

/// A service whose methods do what the tests need. Any's `value` carries the bytes.
final class TestService: RPCService {
    typealias Method = MethodDescriptor<ProtoAny, ProtoAny>

    static let echo = Method(service: "test.Service", name: "Echo", kind: .unary)
    static let fail = Method(service: "test.Service", name: "Fail", kind: .unary)
    static let crash = Method(service: "test.Service", name: "Crash", kind: .unary)
    static let hang = Method(service: "test.Service", name: "Hang", kind: .unary)
    static let wait = Method(service: "test.Service", name: "Wait", kind: .unary)
    static let mirror = Method(service: "test.Service", name: "Mirror", kind: .unary)
    static let flood = Method(service: "test.Service", name: "Flood", kind: .serverStreaming)
    static let breakOff = Method(service: "test.Service", name: "BreakOff", kind: .serverStreaming)
    static let collect = Method(service: "test.Service", name: "Collect", kind: .clientStreaming)
    static let chat = Method(service: "test.Service", name: "Chat", kind: .bidirectional)
    static let slowRead = Method(service: "test.Service", name: "SlowRead", kind: .clientStreaming)

    static let failure = RPCError(
        .failedPrecondition, "100% of \"it\" is\nold", reason: "EPOCH_STALE", reasonMetadata: ["epoch": "7"],
        fieldViolations: [.init(field: "messages[3].role", description: "is wrong")], retryDelay: .milliseconds(1500),
        metadata: ["x-trail": "end"])

    /// How many messages Flood has written.
    let written = Guarded(0)
    /// Names of what has happened, for a test to wait for.
    let events = EventLog()
    /// Wait returns when this is opened, and SlowRead takes a message each time.
    let gate = Gate()

    func register<Registry: MethodRegistry>(in registry: inout Registry) {
        registry.unary(Self.echo) { request, _ in request }
        registry.unary(Self.fail) { _, _ in throw Self.failure }
        registry.unary(Self.crash) { _, _ in throw Secret() }
        registry.unary(Self.hang) { _, _ in try await self.hang() }
        registry.unary(Self.wait) { request, _ in
            self.events.add("waiting")
            await self.gate.pass()
            return request
        }
        registry.unary(Self.mirror) { request, context in
            for entry in context.metadata.entries {
                if case .text(let value) = entry.value {
                    context.response.addInitial(entry.name, value)
                    context.response.addTrailing(entry.name + "-trailing", value)
                }
            }
            return ProtoAny.with { $0.typeURL = "\(context.path) \(context.deadline != nil) \(context.peer != "")" }
        }
        registry.serverStreaming(Self.flood) { request, responses, _ in
            try await self.flood(request, responses)
        }
        registry.serverStreaming(Self.breakOff) { request, responses, _ in
            try await responses.write(request)
            throw Self.failure
        }
        registry.clientStreaming(Self.collect) { requests, _ in
            var all: [UInt8] = []
            for try await request in requests { all += request.value }
            return ProtoAny.with { $0.value = all }
        }
        registry.clientStreaming(Self.slowRead) { requests, _ in
            var count = 0
            for try await _ in requests {
                count += 1
                await self.gate.pass()
            }
            return ProtoAny.with { $0.typeURL = "\(count)" }
        }
        registry.bidirectional(Self.chat) { requests, responses, _ in
            for try await request in requests { try await responses.write(request) }
        }
    }

    private func hang() async throws -> ProtoAny {
        events.add("hanging")
        try await withTaskCancellationHandler {
            try await Task.sleep(for: .seconds(3600))
        } onCancel: {
            self.events.add("cancelled")
        }
        return ProtoAny()
    }

    /// The request's typeURL says how many copies of its value to send.
    private func flood(_ request: ProtoAny, _ responses: MessageWriter<ProtoAny>) async throws {
        let message = ProtoAny.with { $0.value = request.value }
        for _ in 0..<(Int(request.typeURL) ?? 0) {
            written.withLock { $0 += 1 }
            do {
                try await responses.write(message)
            } catch {
                events.add("flood ended")
                throw error
            }
        }
    }

    struct Secret: Error {
        let password = "hunter2"
    }
}

/// Things that happen, in the order that they do; a test waits for one.
final class EventLog: Sendable {
    private struct State {
        var names: [String] = []
        var waiting: [(name: String, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Guarded(State())

    func add(_ name: String) {
        let woken = state.withLock { state in
            state.names.append(name)
            let woken = state.waiting.filter { $0.name == name }
            state.waiting.removeAll { $0.name == name }
            return woken
        }
        for waiter in woken { waiter.continuation.resume() }
    }

    func wait(for name: String) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.names.contains(name) { return true }
                state.waiting.append((name, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// All names, in order.
    var all: [String] { state.withLock { $0.names } }

    func count(_ name: String) -> Int {
        state.withLock { $0.names.count { $0 == name } }
    }
}

/// Lets through as many as it was told to.
final class Gate: Sendable {
    private struct State {
        var passes = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Guarded(State())

    func open(_ count: Int = 1) {
        let woken = state.withLock { state in
            let woken = Array(state.waiting.prefix(count))
            state.waiting.removeFirst(woken.count)
            state.passes += count - woken.count
            return woken
        }
        for waiter in woken { waiter.resume() }
    }

    func pass() async {
        await withCheckedContinuation { continuation in
            let mayPass = state.withLock { state in
                if state.passes > 0 {
                    state.passes -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if mayPass { continuation.resume() }
        }
    }
}

/// Answers with what it was asked.
struct EchoResponder: HTTPResponder {
    func respond(to request: HTTPRequest) async -> HTTPResponse {
        if request.target == "/empty" { return HTTPResponse(status: 204) }
        guard case .complete(let body) = request.body else { return HTTPResponse(status: 413) }
        if request.target == "/large" {
            return HTTPResponse(status: 200, body: ByteBuffer(repeating: 65, count: 3_000_000))
        }
        let text = "\(request.method) \(request.target) \(request.authority ?? "-") \(String(buffer: body))"
        return HTTPResponse(
            status: 200, headers: ["x-cookie": request.headers.first(name: "cookie") ?? "-", "Connection": "bogus"],
            body: ByteBuffer(string: text))
    }
}
