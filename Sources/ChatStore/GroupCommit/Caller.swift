import Synchronization

/// Whoever awaits a store's answer; it is answered once.
///
/// A caller whose task is cancelled goes away at once, with a CancellationError, even while the database keeps everyone waiting. What has
/// not begun by then is dropped; what has begun goes on without it, and whether it was done is settled by sending the same id again.
final class Caller<Answer: Sendable>: Sendable {
    private enum State {
        case coming
        case waiting(@Sendable (Result<Answer, any Error>) -> Void)
        case gone
    }

    private let state = Mutex<State>(.coming)

    /// One that does not wait: the answer is handed to `deliver`, wherever it comes from.
    convenience init(delivering deliver: @escaping @Sendable (Result<Answer, any Error>) -> Void) {
        self.init()
        _ = begin(deliver)
    }

    /// Waits for the answer from those that `submit` hands the caller to.
    static func wait(_ submit: (Caller) -> Void) async throws -> Answer {
        let caller = Caller()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard caller.begin({ continuation.resume(with: $0) }) else {
                    return continuation.resume(throwing: CancellationError())
                }
                submit(caller)
            }
        } onCancel: {
            caller.resume(throwing: CancellationError())
        }
    }

    /// Whether nobody waits any more.
    var isGone: Bool {
        state.withLock { state in
            if case .gone = state { true } else { false }
        }
    }

    func resume(with answer: Result<Answer, any Error>) {
        let deliver = state.withLock { state -> (@Sendable (Result<Answer, any Error>) -> Void)? in
            defer { state = .gone }
            if case .waiting(let deliver) = state { return deliver }
            return nil
        }
        deliver?(answer)
    }

    func resume(returning answer: Answer) { resume(with: .success(answer)) }

    func resume(throwing error: any Error) { resume(with: .failure(error)) }

    /// False if the task was cancelled before it could wait.
    private func begin(_ deliver: @escaping @Sendable (Result<Answer, any Error>) -> Void) -> Bool {
        state.withLock { state in
            guard case .coming = state else { return false }
            state = .waiting(deliver)
            return true
        }
    }
}
