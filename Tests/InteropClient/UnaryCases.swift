import GeneratedInteropMessages
import ProtobufRuntime

/// One message each way.
extension InteropCalls {
    func emptyUnary() async throws {
        let response = try await service.emptyCall(Empty(), options: options)
        try expect("the response", response, is: Empty())
    }

    func largeUnary() async throws {
        let response = try await service.unaryCall(Self.largeRequest, options: options)
        try expect("the response's payload", response.payload, hasSize: 314_159)
    }
}
