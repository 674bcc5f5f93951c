import RPCCore

/// Makes the calls of a client: deadlines, retries, errors.
struct ChatCaller: Sendable {
    let channel: any ClientChannel
    let configuration: ChatClientConfiguration

    /// Makes a call that may be repeated, until it succeeds, fails for good, or its time is up.
    func repeatably<Response: Sendable>(
        timeout: Duration?, _ attempt: (CallOptions) async throws -> Response
    ) async throws(ChatError) -> Response {
        let clock = ContinuousClock()
        let start = clock.now
        let timeout = timeout ?? configuration.timeout
        var generator = SystemRandomNumberGenerator()
        var attempts = 0
        while true {
            attempts += 1
            let remaining = timeout.map { $0 - start.duration(to: clock.now) }
            do {
                return try await attempt(options(remaining: remaining))
            } catch {
                let error = Self.rpcError(error)
                let left = timeout.map { $0 - start.duration(to: clock.now) }
                guard
                    let delay = configuration.retries.delay(
                        after: error, attempts: attempts, remaining: left, using: &generator)
                else { throw ChatError(error, attempts: attempts) }
                do {
                    try await clock.sleep(for: delay)
                } catch {
                    throw ChatError(RPCError(.cancelled, "the caller cancelled the call"), attempts: attempts)
                }
            }
        }
    }

    /// Makes a call that is not made again, whatever comes of it.
    func once<Response: Sendable>(
        timeout: Duration?, _ attempt: (CallOptions) async throws -> Response
    ) async throws(ChatError) -> Response {
        do {
            return try await attempt(
                CallOptions(timeout: timeout ?? configuration.timeout, metadata: configuration.metadata))
        } catch {
            throw ChatError(Self.rpcError(error), attempts: 1)
        }
    }

    private func options(remaining: Duration?) -> CallOptions {
        let timeout =
            switch (remaining, configuration.retries.attemptTimeout) {
            case (let remaining?, let attempt?): Optional(min(remaining, attempt))
            case (let remaining?, nil): Optional(remaining)
            case (nil, let attempt): attempt
            }
        return CallOptions(timeout: timeout, metadata: configuration.metadata)
    }

    private static func rpcError(_ error: any Error) -> RPCError {
        switch error {
        case let error as RPCError: error
        case is CancellationError: RPCError(.cancelled, "the caller cancelled the call")
        default: RPCError(.unknown, "the call failed", cause: error)
        }
    }
}
