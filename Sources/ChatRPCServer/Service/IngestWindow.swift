import GeneratedMessages
import ProtobufRuntime
import RPCCore

/// The messages of one IngestMessages call that are under way: their answers leave in the order in which they came, whatever the order in
/// which they are known. Bounded: who puts them in waits while it is full.
///
/// Made for one task that puts in and one that takes out.
final class IngestWindow: Sendable {
    private struct Place {
        var bytes: Int
        var answer: IngestMessagesResponse?
    }

    private struct State {
        /// Those whose answers have not been taken; the first has the number `first`.
        var places: [Place] = []
        var first: Int64 = 1
        var bytes = 0
        /// No more are put in.
        var isFinished = false
        /// Nobody waits any more.
        var isAbandoned = false
        var taker: CheckedContinuation<Void, Never>?
        var putter: CheckedContinuation<Void, Never>?

        var hasAnswers: Bool { places.first?.answer != nil }

        /// Whoever can go on now.
        mutating func woken(_ limits: (messages: Int, bytes: Int)) -> [CheckedContinuation<Void, Never>] {
            var woken: [CheckedContinuation<Void, Never>] = []
            if let taker, hasAnswers || isAbandoned || (isFinished && places.isEmpty) {
                woken.append(taker)
                self.taker = nil
            }
            if let putter, isAbandoned || (places.count < limits.messages && bytes < limits.bytes) {
                woken.append(putter)
                self.putter = nil
            }
            return woken
        }
    }

    private let limits: (messages: Int, bytes: Int)
    private let state = Guarded(State())

    init(maximumMessages: Int, maximumBytes: Int) {
        limits = (maximumMessages, maximumBytes)
    }

    // MARK: In

    /// Returns the number of the next message, once there is room for it.
    func put(bytes: Int) async throws -> Int64 {
        try await wait(\.putter)
        return state.withLock { state in
            state.places.append(Place(bytes: bytes))
            state.bytes += bytes
            return state.first + Int64(state.places.count) - 1
        }
    }

    /// No more come.
    func finish() {
        change { $0.isFinished = true }
    }

    /// The message of that number is written, or can't be. May be called from anywhere.
    func answer(_ number: Int64, _ outcome: IngestMessagesResponse.OneOf_Outcome) {
        change { state in
            let index = Int(number - state.first)
            guard state.places.indices.contains(index) else { return }
            state.places[index].answer = IngestMessagesResponse.with {
                $0.number = number
                $0.outcome = outcome
            }
        }
    }

    // MARK: Out

    /// The answers that are next; none after the last.
    func take() async throws -> [IngestMessagesResponse] {
        try await wait(\.taker)
        return change { state in
            let taken = state.places.prefix { $0.answer != nil }
            state.places.removeFirst(taken.count)
            state.first += Int64(taken.count)
            state.bytes -= taken.reduce(0) { $0 + $1.bytes }
            return taken.compactMap(\.answer)
        }
    }

    // MARK: Waiting

    @discardableResult
    private func change<Result: Sendable>(_ body: (inout sending State) -> Result) -> Result {
        let (result, woken) = state.withLock { state in
            let result = body(&state)
            return (result, state.woken(limits))
        }
        for continuation in woken { continuation.resume() }
        return result
    }

    private func wait(
        _ place: any WritableKeyPath<State, CheckedContinuation<Void, Never>?> & Sendable
    ) async throws {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                change { $0[keyPath: place] = continuation }
            }
        } onCancel: {
            change { $0.isAbandoned = true }
        }
        try Task.checkCancellation()
    }
}
