import GeneratedInteropMessages
import ProtobufRuntime
import RPCCore

/// How calls fail.
extension InteropCalls {
    func statusCodeAndMessage() async throws {
        let status = EchoStatus.with {
            $0.code = 2
            $0.message = "test status message"
        }
        try await expect("UnaryCall", failsWith: .unknown, status.message) {
            _ = try await service.unaryCall(SimpleRequest.with { $0.responseStatus = status }, options: options)
        }
        try await expect("FullDuplexCall", failsWith: .unknown, status.message) {
            try await service.fullDuplexCall(options: options) { requests in
                try await requests.write(StreamingOutputCallRequest.with { $0.responseStatus = status })
            } responses: { responses in
                for try await _ in responses {}
            }
        }
    }

    /// White space, and characters of one and of two UTF-16 units.
    func specialStatusMessage() async throws {
        let message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
        let request = SimpleRequest.with {
            $0.responseStatus.code = 2
            $0.responseStatus.message = message
        }
        try await expect("UnaryCall", failsWith: .unknown, message) {
            _ = try await service.unaryCall(request, options: options)
        }
    }

    func unimplementedMethod() async throws {
        try await expect("UnimplementedCall", failsWith: .unimplemented) {
            _ = try await service.unimplementedCall(Empty(), options: options)
        }
    }

    func unimplementedService() async throws {
        try await expect("UnimplementedService", failsWith: .unimplemented) {
            _ = try await UnimplementedServiceClient(channel: channel).unimplementedCall(Empty(), options: options)
        }
    }
}
