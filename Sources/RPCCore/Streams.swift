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

    /// Whether the message that was taken last came compressed.
    public var lastMessageWasCompressed: Bool { metadata().lastMessageWasCompressed }

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
    /// Whether the message that was taken last came compressed.
    public var lastMessageWasCompressed: Bool

    public init(initial: Metadata = [:], trailing: Metadata = [:], lastMessageWasCompressed: Bool = false) {
        self.initial = initial
        self.trailing = trailing
        self.lastMessageWasCompressed = lastMessageWasCompressed
    }
}

/// The way out for the messages of one stream.
public struct MessageWriter<Element: Sendable>: Sendable {
    private let send: @Sendable (Element, _ compressed: Bool) async throws -> Void

    /// `send` returns once the transport has room again, and throws when the stream is over.
    public init(send: @escaping @Sendable (Element, _ compressed: Bool) async throws -> Void) {
        self.send = send
    }

    /// Sends one message. It suspends while the peer does not read.
    ///
    /// - Parameter compressed: whether the message may be compressed, on a call that compresses (`CallOptions`,
    ///   `ResponseMetadata`). One that would not become smaller is sent as it is.
    public func write(_ message: Element, compressed: Bool = true) async throws {
        try await send(message, compressed)
    }
}
