import GeneratedInteropMessages
import ProtobufRuntime
import RPCCore

/// Servers that do to a connection what a server may do, at an awkward moment: the cases of grpc's
/// doc/negative-http2-interop-test-descriptions.md. Each is for a server that was told of the same case.
extension InteropCalls {
    /// The server says GOAWAY while it answers the first call: the second one goes elsewhere, unnoticed.
    func goAway() async throws {
        try await largeUnary()
        try await largeUnary()
    }

    /// The server resets the stream before the answer is whole, or before its status.
    func reset() async throws {
        do {
            try await largeUnary()
        } catch is RPCError {
            return
        }
        throw Mismatch(description: "UnaryCall succeeded, and was reset")
    }

    /// The server looks whether its PINGs are answered.
    func ping() async throws {
        try await largeUnary()
    }

    /// The server allows one stream at a time once the first call has come.
    func maxStreams() async throws {
        try await largeUnary()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<10 { group.addTask { try await largeUnary() } }
            try await group.waitForAll()
        }
    }
}
