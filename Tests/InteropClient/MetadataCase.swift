import GeneratedInteropMessages
import ProtobufRuntime
import RPCCore

/// What goes along with a call comes back with its answer.
extension InteropCalls {
    private static let initialName = "x-grpc-test-echo-initial"
    private static let initialValue = "test_initial_metadata_value"
    private static let trailingName = "x-grpc-test-echo-trailing-bin"
    private static let trailingValue: [UInt8] = [0xab, 0xab, 0xab]

    func customMetadata() async throws {
        var options = options
        options.metadata.add(Self.initialName, Self.initialValue)
        options.metadata.add(Self.trailingName, binary: Self.trailingValue)

        let response = try await channel.unary(
            TestService.Methods.unaryCall, Self.largeRequest, options: options)
        try expect("the payload of UnaryCall's response", response.message.payload, hasSize: 314_159)
        try Self.expectEcho("UnaryCall", response.initialMetadata, response.trailingMetadata)

        try await service.fullDuplexCall(options: options) { requests in
            try await requests.write(.responses([314_159], payload: 271_828))
        } responses: { responses in
            var count = 0
            for try await response in responses {
                try expect("the payload of FullDuplexCall's response", response.payload, hasSize: 314_159)
                count += 1
            }
            try expect("the number of FullDuplexCall's responses", count, is: 1)
            try Self.expectEcho("FullDuplexCall", responses.initialMetadata, responses.trailingMetadata)
        }
    }

    private static func expectEcho(_ call: String, _ initial: Metadata, _ trailing: Metadata) throws(Mismatch) {
        try expect(
            "\(initialName) in \(call)'s initial metadata", initial.values(initialName), is: [.text(initialValue)])
        try expect(
            "\(trailingName) in \(call)'s trailing metadata", trailing.values(trailingName),
            is: [.binary(trailingValue)])
    }
}
