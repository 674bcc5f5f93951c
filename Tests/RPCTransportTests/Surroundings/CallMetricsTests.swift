import GeneratedRPC
import RPCCore
import Testing

@testable import RPCTransport

@Suite("Metrics of calls")
struct CallMetricsTests {
    private struct OneMethod: RPCService {
        let metrics: CallMetrics
        /// How many handlers ran when one began to hang.
        let running: Counter
        let began: Event
        let ended: Event

        func register<Registry: MethodRegistry>(in registry: inout Registry) {
            registry.unary(Probe.unary) { request, _ in
                switch request.value.count {
                case 0: throw RPCError(.notFound, "there is nothing")
                case 1:
                    running.add(metrics.runningCalls)
                    try await untilCancelled(began: began, ended: ended)
                case 2: throw RPCError(StatusCode(rawValue: 99), "a code of its own")
                default: break
                }
                return request
            }
        }
    }

    private let metrics = CallMetrics()
    private let running = Counter()
    private let began = Event()
    private let ended = Event()
    private let labels = "grpc_type=\"unary\",grpc_service=\"test.Probe\",grpc_method=\"Unary\""

    private func run(_ body: (ProbeServer) async throws -> Void) async throws {
        try await ProbeServer.run { router in
            router.add(
                OneMethod(metrics: metrics, running: running, began: began, ended: ended), observers: [metrics])
        } _: { probe in
            try await body(probe)
        }
    }

    private func call(_ probe: ProbeServer, _ bytes: Int, timeout: Duration? = nil) async -> StatusCode {
        await failure {
            try await probe.client.unary(Probe.unary, BytesValue(bytes), options: CallOptions(timeout: timeout))
        }?.code ?? .ok
    }

    @Test("every end of a handler is counted under its status")
    func ends() async throws {
        try await run { probe in
            for _ in 0..<5 { #expect(await call(probe, 10) == .ok) }
            for _ in 0..<3 { #expect(await call(probe, 0) == .notFound) }
            #expect(await call(probe, 2) == StatusCode(rawValue: 99))
            let text = metrics.prometheusText()
            #expect(text.contains("grpc_server_started_total{\(labels)} 9\n"))
            #expect(text.contains("grpc_server_handled_total{\(labels),grpc_code=\"OK\"} 5\n"))
            #expect(text.contains("grpc_server_handled_total{\(labels),grpc_code=\"NOT_FOUND\"} 3\n"))
            #expect(text.contains("grpc_server_handled_total{\(labels),grpc_code=\"UNKNOWN\"} 1\n"))
            #expect(text.contains("grpc_server_handling_seconds_count{\(labels)} 9\n"))
            #expect(text.contains("grpc_server_handling_seconds_bucket{\(labels),le=\"+Inf\"} 9\n"))
            #expect(text.contains("grpc_server_running{\(labels)} 0\n"))
        }
    }

    @Test("a handler that runs is seen, and so is that it was ended")
    func deadline() async throws {
        try await run { probe in
            // On a slow machine a deadline may pass before there is a handler.
            while running.now == 0 { #expect(await call(probe, 1, timeout: .milliseconds(100)) == .deadlineExceeded) }
            #expect(running.now == 1)
            await ended.wait()
        }
        // The server has been shut down: no handler runs any more.
        #expect(metrics.runningCalls == 0)
        // Either side may be the first to see that the time is up.
        let text = metrics.prometheusText()
        let codes = ["DEADLINE_EXCEEDED", "CANCELLED"]
        #expect(codes.count { text.contains("grpc_server_handled_total{\(labels),grpc_code=\"\($0)\"} 1\n") } == 1)
    }

    @Test("a handler that was cancelled when its time was up counts as late")
    func lateness() {
        let late = ServerContext(path: "/a/b", surface: .grpc, deadline: .now - .seconds(1))
        let early = ServerContext(path: "/a/b", surface: .grpc, deadline: .now + .seconds(60))
        #expect(late.statusCode(of: CancellationError()) == .deadlineExceeded)
        #expect(early.statusCode(of: CancellationError()) == .cancelled)
        #expect(late.statusCode(of: RPCError(.notFound, "there is nothing")) == .notFound)
    }

    @Test("a method is there before its first call")
    func zero() async throws {
        try await run { _ in
            #expect(metrics.prometheusText().contains("grpc_server_handled_total{\(labels),grpc_code=\"OK\"} 0\n"))
        }
    }

    @Test("a duration falls into the first bucket whose bound is not below it")
    func buckets() {
        var histogram = DurationHistogram()
        histogram.record(nanoseconds: 100_000)
        histogram.record(nanoseconds: 100_001)
        histogram.record(nanoseconds: 10_000_000_001)
        #expect(histogram.counts.first == 1)
        #expect(histogram.counts[1] == 1)
        #expect(histogram.counts.last == 1)
        #expect(histogram.count == 3)
        #expect(histogram.sumNanoseconds == 10_000_200_002)
    }
}
