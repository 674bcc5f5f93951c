public import Logging
public import RPCCore

/// Logs the end of each call at level debug: method, door, peer, status and duration; an interceptor.
///
/// No message content and no metadata is logged. Where the logger's level is above debug, a call costs one comparison.
public struct CallLog: ServerInterceptor {
    private let logger: Logger
    private let isOn: Bool

    public init(_ logger: Logger) {
        self.logger = logger
        isOn = logger.logLevel <= .debug
    }

    public func intercept<Answer: Sendable>(
        _ method: MethodIdentity, _ context: ServerContext, next: () async throws -> Answer
    ) async throws -> Answer {
        guard isOn else { return try await next() }
        let start = ContinuousClock.now
        do {
            let answer = try await next()
            log(method, context, "\(StatusCode.ok)", since: start)
            return answer
        } catch {
            log(method, context, "\(context.statusCode(of: error))", since: start)
            throw error
        }
    }

    private func log(
        _ method: MethodIdentity, _ context: ServerContext, _ status: String, since start: ContinuousClock.Instant
    ) {
        logger.debug(
            "call ended",
            metadata: [
                "method": "\(method.path)", "surface": "\(context.surface)", "peer": "\(context.peer)",
                "status": "\(status)", "duration": "\(ContinuousClock.now - start)",
            ])
    }
}
