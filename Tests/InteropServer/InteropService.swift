import GeneratedInteropMessages
import ProtobufRuntime
import RPCCore

/// grpc.testing.TestService, as the section "Server" of grpc's doc/interop-test-descriptions.md says.
///
/// It is not a `TestServiceHandler`, which would have an UnimplementedCall: a case is about that not being there.
struct InteropService: RPCService {
    /// Responses that HalfDuplexCall plans before it sends the first.
    private static let maximumPlannedResponses = 10_000

    func register<Registry: MethodRegistry>(in registry: inout Registry) {
        registry.unary(TestService.Methods.emptyCall) { request, context in
            echoMetadata(of: context)
            return request
        }
        registry.unary(TestService.Methods.unaryCall) { try answer($0, $1) }
        registry.serverStreaming(TestService.Methods.streamingOutputCall) { request, responses, context in
            echoMetadata(of: context)
            try request.responseStatus.check()
            let plan = try PlannedResponse.all(of: request)
            compress(plan, context)
            try await send(plan, to: responses)
        }
        registry.clientStreaming(TestService.Methods.streamingInputCall) { try await total($0, $1) }
        registry.bidirectional(TestService.Methods.fullDuplexCall) { requests, responses, context in
            echoMetadata(of: context)
            for try await request in requests {
                try request.responseStatus.check()
                let plan = try PlannedResponse.all(of: request)
                compress(plan, context)
                try await send(plan, to: responses)
            }
        }
        registry.bidirectional(TestService.Methods.halfDuplexCall) { requests, responses, context in
            echoMetadata(of: context)
            let plan = try await plan(requests)
            compress(plan, context)
            try await send(plan, to: responses)
        }
    }

    private func answer(_ request: SimpleRequest, _ context: ServerContext) throws -> SimpleResponse {
        echoMetadata(of: context)
        if request.hasExpectCompressed {
            try request.expectCompressed.check(wasCompressed: context.isRequestCompressed)
        }
        try request.responseStatus.check()
        if request.responseCompressed.value { context.response.compressMessages(with: .gzip) }
        let payload = try Payload(request.responseType, size: request.responseSize)
        return SimpleResponse.with { $0.payload = payload }
    }

    private func total(
        _ requests: MessageStream<StreamingInputCallRequest>, _ context: ServerContext
    ) async throws -> StreamingInputCallResponse {
        echoMetadata(of: context)
        var total = 0
        for try await request in requests {
            if request.hasExpectCompressed {
                try request.expectCompressed.check(wasCompressed: requests.lastMessageWasCompressed)
            }
            total += request.payload.bodyBytes.count
        }
        return StreamingInputCallResponse.with { $0.aggregatedPayloadSize = Int32(clamping: total) }
    }

    /// Everything that the requests ask for, once they have all come.
    private func plan(_ requests: MessageStream<StreamingOutputCallRequest>) async throws -> [PlannedResponse] {
        var plan: [PlannedResponse] = []
        for try await request in requests {
            try request.responseStatus.check()
            plan += try PlannedResponse.all(of: request)
            guard plan.count <= Self.maximumPlannedResponses else {
                throw RPCError(.resourceExhausted, "more than \(Self.maximumPlannedResponses) responses")
            }
        }
        return plan
    }

    /// What was planned to be compressed is; the rest is sent as it is. Later in a call it is too late to choose.
    private func compress(_ plan: [PlannedResponse], _ context: ServerContext) {
        if plan.contains(where: \.isCompressed) { context.response.compressMessages(with: .gzip) }
    }

    private func send(
        _ plan: [PlannedResponse], to responses: MessageWriter<StreamingOutputCallResponse>
    ) async throws {
        for response in plan {
            if response.delay > .zero { try await Task.sleep(for: response.delay) }
            let payload = try Payload(response.type, size: response.size)
            try await responses.write(
                StreamingOutputCallResponse.with { $0.payload = payload }, compressed: response.isCompressed)
        }
    }
}
