public import GeneratedMessages
import ProtobufRuntime

/// The messages of a session, oldest first: `client.messages.all(in:)`.
///
/// Each page begins after the seq at which the one before ended, so that appends and deletions meanwhile neither repeat nor
/// skip a message. A reset meanwhile ends the sequence of the old epoch's messages; those of the new one follow.
public struct MessageSequence: AsyncSequence, Sendable {
    public typealias Element = Message
    public typealias Failure = ChatError

    let messages: ChatMessages
    let sessionID: String
    let afterSeq: Int64
    let pageSize: Int

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(sequence: self, nextSeq: afterSeq)
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        let sequence: MessageSequence
        /// Where the next page begins; nil after the last one.
        var nextSeq: Int64?
        var page: RepeatedField<Message> = []
        var place = 0

        /// - Throws: ``ChatError``, when a page can't be read.
        public mutating func next() async throws(ChatError) -> Message? {
            while place == page.count {
                guard let seq = nextSeq else { return nil }
                let response = try await sequence.messages.list(
                    in: sequence.sessionID, limit: sequence.pageSize, afterSeq: seq)
                page = response.messages
                place = 0
                // Without messages there is no telling where to go on: then it is the end.
                nextSeq = response.hasMore && !page.isEmpty ? response.nextAfterSeq : nil
            }
            defer { place += 1 }
            return page[place]
        }
    }
}
