import NIOCore
import RPCCore

/// A unary call that is sent several times, as a ``HedgingState`` decides, for the answer that comes first. The others are
/// cancelled then.
struct HedgedCall {
    let policy: CallHedgingPolicy
    let throttle: RetryThrottle?
    /// Makes an attempt, which is not started yet.
    let makeCall: @Sendable (_ previousAttempts: Int) -> ClientCall

    private enum Event: Sendable {
        case answered(Result<UnaryResponse<ReceivedMessage>, RPCError>)
        /// The wait with that number is over.
        case delayPassed(Int)
    }

    func response() async throws -> UnaryResponse<ReceivedMessage> {
        try await withThrowingTaskGroup(of: Event.self) { group in
            defer { group.cancelAll() }
            var state = HedgingState(policy)
            var timers = 0
            var last = RPCError(.unavailable, "the call was not answered")

            func startTimer(_ time: Duration, _ group: inout ThrowingTaskGroup<Event, any Error>) {
                timers += 1
                let number = timers
                group.addTask {
                    try? await Task.sleep(for: time)
                    return .delayPassed(number)
                }
            }
            func perform(_ action: HedgingState.Action, _ group: inout ThrowingTaskGroup<Event, any Error>) throws {
                switch action {
                case .wait: break
                case .send:
                    let call = makeCall(state.attempts)
                    let mayFollow = state.sent()
                    call.start()
                    group.addTask { await Self.answer(of: call) }
                    if mayFollow { startTimer(policy.hedgingDelay, &group) }
                case .sendLater(let time): startTimer(time, &group)
                case .end:
                    last.attempts = state.attempts
                    throw last
                }
            }

            try perform(.send, &group)
            while let event = try await group.next() {
                switch event {
                case .answered(.success(let response)):
                    throttle?.succeeded()
                    return response
                case .answered(.failure(let error)):
                    last = error
                    // What was waited for is over: it begins anew.
                    timers += 1
                    try perform(state.attemptFailed(error) { throttle?.failed() ?? true }, &group)
                case .delayPassed(let number) where number == timers && !Task.isCancelled:
                    try perform(state.delayPassed(isOpen: throttle?.isOpen ?? true), &group)
                case .delayPassed: break
                }
            }
            throw last
        }
    }

    private static func answer(of call: ClientCall) async -> Event {
        do throws(RPCError) {
            return .answered(.success(try await call.response()))
        } catch {
            return .answered(.failure(error))
        }
    }
}
