import GeneratedRPC
import ProtobufRuntime
import RPCCore
import RPCTransport
import Testing

@Suite("Calls of the client to a server")
struct ClientCallTests {
    // MARK: Four kinds

    @Test("a unary call carries a message and metadata both ways")
    func unary() async throws {
        try await ProbeServer.run { router in
            router.unary(Probe.unary) { request, context in
                context.response.addInitial("first", "1")
                context.response.addTrailing("last", context.metadata["question"] ?? "none")
                context.response.addTrailing("agent", context.metadata["user-agent"] ?? "none")
                #expect(context.metadata.values("raw-bin") == [.binary([0, 255, 13])])
                return request
            }
        } _: { probe in
            var options = CallOptions(metadata: ["question": "why"])
            options.metadata.add("raw-bin", binary: [0, 255, 13])
            let response = try await probe.client.unary(Probe.unary, BytesValue(10), options: options)
            #expect(response.message == BytesValue(10))
            #expect(response.initialMetadata["first"] == "1")
            #expect(response.trailingMetadata["last"] == "why")
            #expect(response.trailingMetadata["agent"] == "chatrpc-swift/0.1.0")
        }
    }

    @Test("a call made on a caller's behalf has what is left of its time, or less, and no more")
    func inheritedDeadline() async throws {
        let context = ServerContext(path: "/a/b", surface: .grpc, deadline: .now + .seconds(60))
        let inherited = try #require(CallOptions(inheriting: context).timeout)
        #expect(inherited > .seconds(30) && inherited <= .seconds(60))
        #expect(CallOptions(inheriting: context, timeout: .seconds(5)).timeout == .seconds(5))
        #expect(try #require(CallOptions(inheriting: context, timeout: .seconds(500)).timeout) <= .seconds(60))
        let free = ServerContext(path: "/a/b", surface: .grpc)
        #expect(CallOptions(inheriting: free).timeout == nil)
        #expect(CallOptions(inheriting: free, timeout: .seconds(5)).timeout == .seconds(5))
        let late = ServerContext(path: "/a/b", surface: .grpc, deadline: .now - .seconds(1))
        try await ProbeServer.run { router in
            router.unary(Probe.unary) { request, _ in request }
        } _: { probe in
            let error = await failure {
                try await probe.client.unary(Probe.unary, BytesValue(1), options: CallOptions(inheriting: late))
            }
            #expect(error?.code == .deadlineExceeded)
        }
    }

    @Test("server streaming: every message, in order")
    func serverStreaming() async throws {
        try await ProbeServer.run { router in
            router.serverStreaming(Probe.down) { request, responses, _ in
                for number in 0..<request.value {
                    try await responses.write(BytesValue(Int(number % 300), of: UInt8(number & 255)))
                }
            }
        } _: { probe in
            let count = try await probe.client.serverStreaming(
                Probe.down, Int64Value.with { $0.value = 2_000 }, options: CallOptions()
            ) { responses in
                var number = 0
                for try await response in responses {
                    #expect(response == BytesValue(number % 300, of: UInt8(number & 255)))
                    number += 1
                }
                return number
            }
            #expect(count == 2_000)
        }
    }

    @Test("client streaming: every message, and one answer")
    func clientStreaming() async throws {
        try await ProbeServer.run { router in
            router.clientStreaming(Probe.up) { requests, _ in
                var bytes: Int64 = 0
                for try await request in requests { bytes += Int64(request.value.count) }
                return Int64Value.with { $0.value = bytes }
            }
        } _: { probe in
            let response = try await probe.client.clientStreaming(Probe.up, options: CallOptions()) { requests in
                for size in 0..<1_000 { try await requests.write(BytesValue(size)) }
            }
            #expect(response.message.value == 999 * 1_000 / 2)
        }
    }

    @Test("bidirectional: each answer before the next question")
    func bidirectional() async throws {
        try await ProbeServer.run { router in
            router.bidirectional(Probe.both) { requests, responses, _ in
                for try await request in requests { try await responses.write(request) }
            }
        } _: { probe in
            let (turns, next) = AsyncStream<Int>.makeStream()
            next.yield(0)
            let seen = try await probe.client.bidirectional(Probe.both, options: CallOptions()) { requests in
                for await turn in turns { try await requests.write(BytesValue(turn)) }
            } _: { responses in
                var seen = 0
                for try await response in responses {
                    #expect(response.value.count == seen)
                    seen += 1
                    if seen < 500 { next.yield(seen) } else { next.finish() }
                }
                return seen
            }
            #expect(seen == 500)
        }
    }

    // MARK: Errors

    @Test("an error comes with its code, message, details and metadata")
    func details() async throws {
        try await ProbeServer.run { router in
            router.unary(Probe.unary) { _, _ in
                throw RPCError(
                    .failedPrecondition, "the epoch is stale: 100 % ☃", reason: "EPOCH_STALE",
                    reasonMetadata: ["current_epoch": "4"],
                    fieldViolations: [.init(field: "reset_epoch", description: "is 3")],
                    retryDelay: .milliseconds(1_250), metadata: ["extra": "yes"])
            }
        } _: { probe in
            let error = await failure {
                try await probe.client.unary(Probe.unary, BytesValue(1), options: CallOptions())
            }
            #expect(error?.code == .failedPrecondition)
            #expect(error?.message == "the epoch is stale: 100 % ☃")
            #expect(error?.reason == "EPOCH_STALE")
            #expect(error?.reasonMetadata == ["current_epoch": "4"])
            #expect(error?.fieldViolations == [.init(field: "reset_epoch", description: "is 3")])
            #expect(error?.retryDelay == .milliseconds(1_250))
            #expect(error?.metadata["extra"] == "yes")
        }
    }

    @Test("a stream that fails gives its messages first, then the error")
    func failingStream() async throws {
        try await ProbeServer.run { router in
            router.serverStreaming(Probe.down) { _, responses, _ in
                try await responses.write(BytesValue(1))
                try await responses.write(BytesValue(2))
                throw RPCError(.dataLoss, "half of it is gone")
            }
        } _: { probe in
            let seen = Counter()
            let error = await failure {
                try await probe.client.serverStreaming(Probe.down, Int64Value(), options: CallOptions()) { responses in
                    for try await _ in responses { seen.add() }
                }
            }
            #expect(seen.now == 2)
            #expect(error?.code == .dataLoss)
        }
    }

    @Test("a method that is not served is UNIMPLEMENTED")
    func unimplemented() async throws {
        try await ProbeServer.run { _ in
        } _: { probe in
            let error = await failure {
                try await probe.client.unary(Probe.unary, BytesValue(1), options: CallOptions())
            }
            #expect(error?.code == .unimplemented)
        }
    }

    @Test("an error of the caller's own code comes out as it is, and ends the call")
    func callersError() async throws {
        struct Own: Error {}
        let ended = Event()
        try await ProbeServer.run { router in
            router.serverStreaming(Probe.down) { _, responses, _ in
                try await responses.write(BytesValue(1))
                try await untilCancelled(ended: ended)
            }
        } _: { probe in
            await #expect(throws: Own.self) {
                try await probe.client.serverStreaming(Probe.down, Int64Value(), options: CallOptions()) { responses in
                    for try await _ in responses { throw Own() }
                }
            }
            await ended.wait()
        }
    }

    @Test("a failure to make requests ends the call with that failure")
    func failingRequests() async throws {
        let began = Event()
        let ended = Event()
        try await ProbeServer.run { router in
            router.clientStreaming(Probe.up) { requests, _ in
                began.happen()
                defer { ended.happen() }
                for try await _ in requests {}
                return Int64Value()
            }
        } _: { probe in
            let error = await failure {
                try await probe.client.clientStreaming(Probe.up, options: CallOptions()) { requests in
                    try await requests.write(BytesValue(1))
                    await began.wait()
                    throw RPCError(.aborted, "changed my mind")
                }
            }
            #expect(error?.code == .aborted)
            await ended.wait()
        }
    }
}
