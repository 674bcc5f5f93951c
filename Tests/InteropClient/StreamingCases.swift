import GeneratedInteropMessages
import ProtobufRuntime
import RPCCore

/// Messages one after the other.
extension InteropCalls {
    private static let requestSizes = [27_182, 8, 1_828, 45_904]
    private static let responseSizes: [Int32] = [31_415, 9, 2_653, 58_979]

    func clientStreaming() async throws {
        let response = try await service.streamingInputCall(options: options) { requests in
            for size in Self.requestSizes {
                try await requests.write(StreamingInputCallRequest.with { $0.payload = .zeros(size) })
            }
        }
        try expect("aggregated_payload_size", response.aggregatedPayloadSize, is: 74_922)
    }

    func serverStreaming() async throws {
        let request = StreamingOutputCallRequest.responses(Self.responseSizes)
        try await service.streamingOutputCall(request, options: options) { responses in
            try await Self.expectAll(responses) {}
        }
    }

    /// Each request is sent when the response to the one before has come.
    func pingPong() async throws {
        let (turns, turn) = AsyncStream.makeStream(of: Void.self)
        try await service.fullDuplexCall(options: options) { requests in
            var turns = turns.makeAsyncIterator()
            for (payload, size) in zip(Self.requestSizes, Self.responseSizes) {
                try await requests.write(.responses([size], payload: payload))
                await turns.next()
            }
        } responses: { responses in
            try await Self.expectAll(responses) { turn.yield() }
        }
    }

    func emptyStream() async throws {
        try await service.fullDuplexCall(options: options) { _ in
        } responses: { responses in
            for try await _ in responses { throw Mismatch(description: "a response came, and none was asked for") }
        }
    }

    /// Exactly the responses of those sizes, in that order.
    private static func expectAll(
        _ responses: MessageStream<StreamingOutputCallResponse>, _ received: @Sendable () -> Void
    ) async throws {
        var count = 0
        for try await response in responses {
            guard count < responseSizes.count else { throw Mismatch(description: "more than \(count) responses came") }
            try expect("the payload of response \(count + 1)", response.payload, hasSize: responseSizes[count])
            count += 1
            received()
        }
        try expect("the number of responses", count, is: responseSizes.count)
    }
}
