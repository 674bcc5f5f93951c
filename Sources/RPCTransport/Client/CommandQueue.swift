import NIOCore
import RPCCore

/// The way from callers' tasks to the event loop. Many commands cost one wake-up: those that come while the loop is busy
/// are carried out together, and their frames leave in one write.
final class CommandQueue: Sendable {
    enum Command: Sendable {
        /// A new call.
        case start(ClientCall)
        /// The caller has written messages.
        case pickUp(ClientCall)
        /// The caller has taken messages: the server may send that many more bytes.
        case release(ClientCall, bytes: Int)
        /// The caller has ended the call.
        case abandon(ClientCall)
        /// No calls any more; those under way end.
        case close(EventLoopPromise<Void>?)
    }

    private struct State {
        var commands: [Command] = []
        /// Nil until the loop's side is there.
        var wakeUp: (@Sendable (CommandQueue) -> Void)?
    }

    private let state = Guarded(State())

    /// Says how the loop is told that there are commands; called once, before the first one.
    func attach(_ wakeUp: @escaping @Sendable (CommandQueue) -> Void) {
        state.withLock { $0.wakeUp = wakeUp }
    }

    func submit(_ command: Command) {
        let wakeUp = state.withLock { state in
            state.commands.append(command)
            return state.commands.count == 1 ? state.wakeUp : nil
        }
        wakeUp?(self)
    }

    /// The commands so far, in order, and none twice. `commands` gives its storage for those that come next.
    func exchange(_ commands: inout [Command]) {
        commands.removeAll(keepingCapacity: true)
        state.withLock { swap(&$0.commands, &commands) }
    }
}
