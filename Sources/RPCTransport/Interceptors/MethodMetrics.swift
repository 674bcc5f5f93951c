internal import RPCCore

/// The account of one method's calls.
final class MethodMetrics: ServerInterceptor {
    struct Counts: Sendable {
        /// Calls whose handler has begun.
        var started: UInt64 = 0
        /// Calls whose handler has ended, by status code.
        var handled = [UInt64](repeating: 0, count: knownCodes)
        var durations = DurationHistogram()

        /// Handlers that run now.
        var running: UInt64 { started - handled.reduce(0, +) }
    }

    /// gRPC's codes are 0 to 16; any other counts as UNKNOWN.
    static let knownCodes = 17

    let method: MethodIdentity
    private let counts = Guarded(Counts())

    init(_ method: MethodIdentity) {
        self.method = method
    }

    var snapshot: Counts { counts.withLock { $0 } }

    func intercept<Answer: Sendable>(
        _ method: MethodIdentity, _ context: ServerContext, next: () async throws -> Answer
    ) async throws -> Answer {
        let start = ContinuousClock.now
        counts.withLock { $0.started += 1 }
        do {
            let answer = try await next()
            ended(.ok, since: start)
            return answer
        } catch {
            ended(context.statusCode(of: error), since: start)
            throw error
        }
    }

    private func ended(_ code: StatusCode, since start: ContinuousClock.Instant) {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        let index = code.rawValue < Self.knownCodes ? code.rawValue : StatusCode.unknown.rawValue
        counts.withLock { counts in
            counts.handled[index] += 1
            counts.durations.record(nanoseconds: nanoseconds)
        }
    }
}

extension ServerContext {
    /// The status of a call whose handler threw `error`. A handler that was cancelled since its time was up says no more than
    /// that it was cancelled, while its caller is told of the deadline.
    func statusCode(of error: any Error) -> StatusCode {
        if error is CancellationError, let deadline, deadline <= .now { return .deadlineExceeded }
        return RPCError(handlerError: error).code
    }
}
