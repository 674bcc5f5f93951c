import Synchronization

/// How many tests use the database at once: each of their stores has several connections, and the server has a hundred.
/// The others wait in line.
final class PostgreSQLGate: Sendable {
    static let shared = PostgreSQLGate(places: 8)

    private struct State {
        var free: Int
        var line: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    private init(places: Int) {
        state = Mutex(State(free: places))
    }

    /// A test's turn; it ends when nobody refers to it any more.
    final class Turn: Sendable {
        deinit { PostgreSQLGate.shared.leave() }
    }

    func enter() async -> Turn {
        await withCheckedContinuation { next in
            let enters = state.withLock { state in
                guard state.free > 0 else {
                    state.line.append(next)
                    return false
                }
                state.free -= 1
                return true
            }
            if enters { next.resume() }
        }
        return Turn()
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.line.isEmpty else {
                state.free += 1
                return nil
            }
            return state.line.removeFirst()
        }
        next?.resume()
    }
}
