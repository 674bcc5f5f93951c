import NIOCore
import RPCCore

/// One call, where its two sides meet: the caller's tasks, and the event loop that has its stream.
///
/// The loop never waits for a task: messages that nobody takes are kept, and after a limit the server's window stays
/// shut until some are taken. A task that waits is woken, and looks again.
final class ClientCall: Sendable {
    struct Limits: Sendable {
        /// The size of a response message, before it was compressed.
        var messageBytes: Int
        /// Messages received and not yet taken: from here on the server's window stays shut.
        var receivedBytes: Int
        /// Messages written and not yet sent: from here on writers wait.
        var unsentBytes: Int
    }

    struct State {
        // From the server.
        var initialMetadata = Metadata()
        var messages = CircularBuffer<ReceivedMessage>()
        var messageBytes = 0
        var lastMessageWasCompressed = false
        /// Bytes whose window has not been given back.
        var withheldBytes = 0
        var end: CallEnd?
        var reader: Reader?
        // To the server.
        var outbox = ByteBuffer()
        /// What is in the outbox, and what the stream took out of it and has not sent.
        var unsentBytes = 0
        var isHalfClosed = false
        /// The loop knows that there is something to pick up.
        var isPickUpAsked = false
        var writer: CheckedContinuation<Bool, Never>?
    }

    /// A task that waits for the server.
    struct Reader {
        var continuation: CheckedContinuation<Bool, Never>
        /// Not for the next message, but for the end.
        var waitsForEnd: Bool
    }

    let request: CallRequest
    let limits: Limits
    let commands: CommandQueue
    let state = Guarded(State())

    init(_ request: CallRequest, limits: Limits, commands: CommandQueue) {
        self.request = request
        self.limits = limits
        self.commands = commands
        LiveCalls.client.add()
    }

    deinit {
        LiveCalls.client.subtract()
    }

    /// Hands the call to the event loop.
    func start() {
        commands.submit(.start(self))
    }

    func end(_ end: CallEnd) {
        if finish(end) { commands.submit(.abandon(self)) }
    }

    /// Whether the server had begun its answer when the call ended: then it is not made again.
    var isCommitted: Bool {
        state.withLock { $0.end?.isCommitted == true }
    }

    /// Whether the call is over, one way or the other.
    var isOver: Bool {
        state.withLock { $0.end != nil }
    }

    /// Ends the call, wakes who waits for it, and says whether it was this that ended it.
    func finish(_ end: CallEnd) -> Bool {
        let (reader, writer, isFirst) = state.withLock { state in
            guard state.end == nil else { return (nil as Reader?, nil as CheckedContinuation<Bool, Never>?, false) }
            state.end = end
            defer {
                state.reader = nil
                state.writer = nil
                state.outbox.clear()
            }
            return (state.reader, state.writer, true)
        }
        reader?.continuation.resume(returning: true)
        writer?.resume(returning: true)
        return isFirst
    }
}
