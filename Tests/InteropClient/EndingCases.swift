import GeneratedInteropMessages
import ProtobufRuntime
import RPCCore

/// Calls that the caller or the clock ends.
extension InteropCalls {
    func cancelAfterBegin() async throws {
        try await connect()
        try await expect("StreamingInputCall", failsWith: .cancelled) {
            try await cancelling { cancel in
                _ = try await service.streamingInputCall(options: options) { _ in
                    cancel()
                    try await untilCancelled()
                }
            }
        }
    }

    func cancelAfterFirstResponse() async throws {
        try await expect("FullDuplexCall", failsWith: .cancelled) {
            try await cancelling { cancel in
                try await service.fullDuplexCall(options: options) { requests in
                    try await requests.write(.responses([31_415], payload: 27_182))
                    try await untilCancelled()
                } responses: { responses in
                    for try await response in responses {
                        try expect("the response's payload", response.payload, hasSize: 31_415)
                        cancel()
                    }
                }
            }
        }
    }

    func timeoutOnSleepingServer() async throws {
        try await connect()
        try await expect("FullDuplexCall", failsWith: .deadlineExceeded) {
            try await service.fullDuplexCall(options: CallOptions(timeout: .milliseconds(1))) { requests in
                try await requests.write(.responses([], payload: 27_182))
                try await untilCancelled()
            } responses: { responses in
                for try await _ in responses {}
            }
        }
    }

    /// Without a connection, the end of a call may come before any of it is sent.
    private func connect() async throws {
        _ = try await service.emptyCall(Empty(), options: options)
    }

    /// Runs a call in a task of its own, which is cancelled when the call says so.
    private func cancelling(
        _ call: @escaping @Sendable (_ cancel: @escaping @Sendable () -> Void) async throws -> Void
    ) async throws {
        let (moments, moment) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            defer { moment.finish() }
            try await call { moment.yield() }
        }
        for await _ in moments { break }
        task.cancel()
        try await task.value
    }

    /// Keeps the stream of requests open.
    private func untilCancelled() async throws {
        while true { try await Task.sleep(for: .seconds(3600)) }
    }
}
