import RPCCore

/// Makes the calls of a client: deadlines and errors. Which calls are made again is the channel's business.
struct ChatCaller: Sendable {
    let channel: any ClientChannel
    let configuration: ChatClientConfiguration

    /// - Parameter timeout: for all attempts together; nil means the client's own.
    func call<Response: Sendable>(
        timeout: Duration?, _ call: (CallOptions) async throws -> Response
    ) async throws(ChatError) -> Response {
        do {
            return try await call(
                CallOptions(
                    timeout: timeout ?? configuration.timeout, metadata: configuration.metadata,
                    compression: configuration.compression, waitForReady: configuration.waitForReady))
        } catch let error as RPCError {
            throw ChatError(error, attempts: error.attempts)
        } catch is CancellationError {
            throw ChatError(RPCError(.cancelled, "the caller cancelled the call"))
        } catch {
            throw ChatError(RPCError(.unknown, "the call failed", cause: error))
        }
    }
}
