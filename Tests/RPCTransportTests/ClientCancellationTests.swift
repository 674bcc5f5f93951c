import GeneratedRPC
import ProtobufRuntime
import RPCCore
import RPCTransport
import Testing

@Suite("Calls that the client gives up")
struct ClientCancellationTests {
    @Test("a call ends at its deadline, and so does its handler")
    func deadline() async throws {
        let began = Counter()
        let ended = Event()
        try await ProbeServer.run { router in
            router.unary(Probe.unary) { request, context in
                guard context.deadline != nil else { return request }
                began.add()
                try await untilCancelled(ended: ended)
                return request
            }
        } _: { probe in
            _ = try await probe.client.unary(Probe.unary, BytesValue(1), options: CallOptions())
            let error = await failure {
                try await probe.client.unary(
                    Probe.unary, BytesValue(1), options: CallOptions(timeout: .milliseconds(200)))
            }
            #expect(error?.code == .deadlineExceeded)
            // On one connection calls arrive in their order: if the first ever reaches the server, it has by now.
            _ = try await probe.client.unary(Probe.unary, BytesValue(1), options: CallOptions())
            if began.now > 0 { await ended.wait() }
        }
    }

    @Test("a deadline that has passed fails without a word to the server")
    func pastDeadline() async throws {
        let calls = Counter()
        try await ProbeServer.run { router in
            router.unary(Probe.unary) { request, _ in
                calls.add()
                return request
            }
        } _: { probe in
            for timeout in [Duration.zero, .seconds(-5), .seconds(Int64.min)] {
                let error = await failure {
                    try await probe.client.unary(Probe.unary, BytesValue(1), options: CallOptions(timeout: timeout))
                }
                #expect(error?.code == .deadlineExceeded)
            }
            #expect(calls.now == 0)
            // And the longest there is does no harm.
            _ = try await probe.client.unary(
                Probe.unary, BytesValue(1), options: CallOptions(timeout: .seconds(Int64.max)))
        }
    }

    @Test("cancelling the task ends a unary call with CANCELLED, and its handler")
    func cancelUnary() async throws {
        let began = Event()
        let ended = Event()
        try await ProbeServer.run { router in
            router.unary(Probe.unary) { request, _ in
                try await untilCancelled(began: began, ended: ended)
                return request
            }
        } _: { probe in
            let client = probe.client
            let task = Task {
                await failure { try await client.unary(Probe.unary, BytesValue(1), options: CallOptions()) }
            }
            await began.wait()
            task.cancel()
            #expect(await task.value?.code == .cancelled)
            await ended.wait()
        }
    }

    @Test("a task that is cancelled already makes no call")
    func cancelledBefore() async throws {
        let calls = Counter()
        try await ProbeServer.run { router in
            router.unary(Probe.unary) { request, _ in
                calls.add()
                return request
            }
        } _: { probe in
            let client = probe.client
            let task = Task {
                await failure {
                    withUnsafeCurrentTask { $0?.cancel() }
                    return try await client.unary(Probe.unary, BytesValue(1), options: CallOptions())
                }
            }
            #expect(await task.value?.code == .cancelled)
            _ = try await client.unary(Probe.unary, BytesValue(1), options: CallOptions())
        }
    }

    @Test("cancelling the task ends a stream, wherever its reader is")
    func cancelStream() async throws {
        let began = Event()
        let ended = Event()
        try await ProbeServer.run { router in
            router.bidirectional(Probe.both) { _, responses, _ in
                try await responses.write(BytesValue(1))
                try await untilCancelled(ended: ended)
            }
        } _: { probe in
            let client = probe.client
            let task = Task {
                await failure {
                    try await client.bidirectional(Probe.both, options: CallOptions()) { _ in
                        try await untilCancelled(ended: Event())
                    } _: { responses in
                        for try await _ in responses {
                            began.happen()
                            // The reader is busy with something else.
                            try await untilCancelled(ended: Event())
                        }
                    }
                }
            }
            await began.wait()
            task.cancel()
            #expect(await task.value?.code == .cancelled)
            await ended.wait()
        }
    }

    @Test("a reader that leaves early takes the handler with it")
    func leaveEarly() async throws {
        let ended = Event()
        try await ProbeServer.run { router in
            router.serverStreaming(Probe.down) { _, responses, _ in
                try await responses.write(BytesValue(1))
                try await untilCancelled(ended: ended)
            }
        } _: { probe in
            let first = try await probe.client.serverStreaming(Probe.down, Int64Value(), options: CallOptions()) {
                for try await response in $0 { return response.value.count }
                return 0
            }
            #expect(first == 1)
            await ended.wait()
        }
    }

    @Test("a server that answers early stops the requests")
    func answerEarly() async throws {
        try await ProbeServer.run { router in
            router.clientStreaming(Probe.up) { requests, _ in
                for try await request in requests { return Int64Value.with { $0.value = Int64(request.value.count) } }
                return Int64Value()
            }
        } _: { probe in
            let response = try await probe.client.clientStreaming(Probe.up, options: CallOptions()) { requests in
                while true { try await requests.write(BytesValue(100_000)) }
            }
            #expect(response.message.value == 100_000)
        }
    }

    @Test("closing the channel ends what is under way and what comes later with CANCELLED")
    func close() async throws {
        let began = Event()
        let ended = Event()
        try await ProbeServer.run { router in
            router.unary(Probe.unary) { request, _ in
                try await untilCancelled(began: began, ended: ended)
                return request
            }
        } _: { probe in
            let client = probe.client
            async let underWay = failure {
                try await client.unary(Probe.unary, BytesValue(1), options: CallOptions())
            }
            await began.wait()
            await client.close()
            #expect(await underWay?.code == .cancelled)
            await ended.wait()
            let later = await failure { try await client.unary(Probe.unary, BytesValue(1), options: CallOptions()) }
            #expect(later?.code == .cancelled)
            await client.close()
        }
    }
}
