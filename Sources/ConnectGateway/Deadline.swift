import NIOCore
import NIOPosix
import RPCCore

/// Runs a handler until it ends, or cancels it at its deadline.
func withDeadline(
    _ deadline: ContinuousClock.Instant?, _ body: @escaping @Sendable () async throws -> Void
) async throws {
    guard let deadline else { return try await body() }
    guard deadline > .now else { throw RPCError.late }
    try await withThrowingTaskGroup(of: Bool.self) { group in
        group.addTask {
            try await body()
            return true
        }
        group.addTask {
            await Alarm(at: deadline).wait()
            return false
        }
        defer { group.cancelAll() }
        if try await group.next() != true { throw RPCError.late }
    }
}

/// An instant that one task waits for. When that task is cancelled nothing of it is left, however far off the instant is: a
/// cancelled `Task.sleep` would keep its memory until then.
private final class Alarm: Sendable {
    private struct State {
        var isOver = false
        var continuation: CheckedContinuation<Void, Never>?
        var timer: Scheduled<Void>?
    }

    private let instant: ContinuousClock.Instant
    private let state = Guarded(State())

    init(at instant: ContinuousClock.Instant) {
        self.instant = instant
    }

    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let eventLoop =
                    MultiThreadedEventLoopGroup.currentEventLoop ?? MultiThreadedEventLoopGroup.singleton.next()
                let timer = eventLoop.scheduleTask(in: TimeAmount(max(.zero, instant - .now))) { self.end() }
                let isOver = state.withLock { state in
                    if state.isOver { return true }
                    state.continuation = continuation
                    state.timer = timer
                    return false
                }
                guard isOver else { return }
                timer.cancel()
                continuation.resume()
            }
        } onCancel: {
            end()
        }
    }

    private func end() {
        let (continuation, timer) = state.withLock { state in
            defer { state = State(isOver: true) }
            return (state.continuation, state.timer)
        }
        timer?.cancel()
        continuation?.resume()
    }
}

extension RPCError {
    fileprivate static var late: RPCError {
        RPCError(.deadlineExceeded, "the call's deadline has passed", reason: "DEADLINE_EXCEEDED")
    }
}
