internal import RPCCore
internal import Synchronization

/// The account of one method's calls.
final class MethodMetrics: CallObserver {
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
    /// Beside the others: the beginning of a call then takes no lock.
    private let started = Atomic<UInt64>(0)
    private let counts = Guarded(Counts())

    init(_ method: MethodIdentity) {
        self.method = method
    }

    var snapshot: Counts {
        // What has ended is read first, so that nothing seems to have ended that has not begun.
        var snapshot = counts.withLock { $0 }
        snapshot.started = started.load(ordering: .acquiring)
        return snapshot
    }

    func callBegan(_ method: MethodIdentity, _ context: ServerContext) {
        started.add(1, ordering: .relaxed)
    }

    func callEnded(_ method: MethodIdentity, _ context: ServerContext, _ status: StatusCode, after duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        let index = 0..<Self.knownCodes ~= status.rawValue ? status.rawValue : StatusCode.unknown.rawValue
        counts.withLock { counts in
            counts.handled[index] += 1
            counts.durations.record(nanoseconds: nanoseconds)
        }
    }
}
