/// The messages that a peer sends on one stream, in order. Made for one consumer.
///
/// Reading slowly slows the sender: the transport opens the peer's window only as messages are taken.
public struct MessageStream<Element: Sendable>: AsyncSequence, Sendable {
    public typealias Failure = any Error

    private let take: @Sendable () async throws -> Element?
    private let metadata: @Sendable () -> ReceivedMetadata

    /// `next` gives the next message, nil at the peer's half-close, or throws why the stream broke. `metadata` gives what has
    /// come with them so far.
    public init(
        metadata: @escaping @Sendable () -> ReceivedMetadata = { ReceivedMetadata() },
        next: @escaping @Sendable () async throws -> Element?
    ) {
        self.take = next
        self.metadata = metadata
    }

    /// What the server sent before its messages: known from the first of them on. (What a caller sends is in `ServerContext`.)
    public var initialMetadata: Metadata { metadata().initial }

    /// What the server sent after its messages: known once there are no more. An error carries its own.
    public var trailingMetadata: Metadata { metadata().trailing }

    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let take: @Sendable () async throws -> Element?

        public mutating func next() async throws -> Element? {
            try await take()
        }
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(take: take)
    }
}

/// What has come with the messages of a stream so far.
public struct ReceivedMetadata: Sendable {
    public var initial: Metadata
    public var trailing: Metadata

    public init(initial: Metadata = [:], trailing: Metadata = [:]) {
        self.initial = initial
        self.trailing = trailing
    }
}

/// The way out for the messages of one stream.
public struct MessageWriter<Element: Sendable>: Sendable {
    private let send: @Sendable (Element) async throws -> Void

    /// `send` returns once the transport has room again, and throws when the stream is over.
    public init(send: @escaping @Sendable (Element) async throws -> Void) {
        self.send = send
    }

    /// Sends one message. It suspends while the peer does not read.
    public func write(_ message: Element) async throws {
        try await send(message)
    }
}
