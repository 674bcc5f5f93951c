import GeneratedRPC
import ProtobufRuntime
import RPCCore
import RPCTransport

/// Unary calls of `chatrpc-echo-server`, with a deadline and metadata.
struct EchoCalls: Sendable {
    struct WrongAnswer: Error {}

    private let method = MethodDescriptor<BytesValue, BytesValue>(
        service: "chatrpc.bench.Echo", name: "Unary", kind: .unary)
    private let options = CallOptions(timeout: .seconds(30), metadata: ["x-request-id": "0123456789abcdef"])
    private let payload = [UInt8](repeating: 0x78, count: 254)
    let channel: HTTP2ClientChannel

    func call() async throws {
        let request = BytesValue.with { $0.value = payload }
        let answer = try await channel.unary(method, request, options: options)
        guard answer.message.valueBytes.count == payload.count else { throw WrongAnswer() }
    }
}
