/// The messages that a peer sends on one stream, in order. Made for one consumer.
///
/// Reading slowly slows the sender: the transport opens the peer's window only as messages are taken.
public struct MessageStream<Element: Sendable>: AsyncSequence, Sendable {
    public typealias Failure = any Error

    private let take: @Sendable () async throws -> Element?

    /// `next` gives the next message, nil at the peer's half-close, or throws why the stream broke.
    public init(next: @escaping @Sendable () async throws -> Element?) {
        self.take = next
    }

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
