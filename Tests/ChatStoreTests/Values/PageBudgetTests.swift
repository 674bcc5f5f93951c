import GeneratedMessages
import GeneratedRPC
import ProtobufRuntime
import Testing

@testable import ChatStore

@Suite("The bytes of a page")
struct PageBudgetTests {
    @Test("A page of messages with the largest numbers stays within its bytes, or is one message")
    func bound() {
        var generator = SeededGenerator(stream: 31)
        for _ in 0..<500 {
            let maximumBytes = Int.random(in: 0...20_000, using: &generator)
            var budget = PageBudget(maximumBytes: maximumBytes)
            var page = ListMessagesResponse.with {
                $0.totalCount = .max
                $0.hasMore = true
                $0.nextAfterSeq = .max
                $0.nextBeforeSeq = .max
                $0.resetEpoch = .max
                $0.revision = .max
            }
            let bytes = [0, 1, 127, 128, 16_384].randomElement(using: &generator) ?? 0
            while budget.admits(PageBudget.encodedBytes(content: bytes, metadata: bytes, agentName: 256, userID: 256)) {
                page.messages.append { Self.fill(&$0, bytes: bytes) }
            }
            #expect(!page.messages.isEmpty)
            #expect(page.serializedSize <= maximumBytes || page.messages.count == 1)
        }
    }

    /// Everything that a message can have, and each number as long as it can be.
    private static func fill(_ message: inout Message, bytes: Int) {
        let text = String(repeating: "x", count: bytes)
        message.messageID = String(repeating: "0", count: 36)
        message.sessionID = String(repeating: "0", count: 36)
        message.seq = .max
        message.revision = .max
        message.resetEpoch = .max
        message.role = .assistant
        message.content = text
        message.agentName = String(repeating: "a", count: 256)
        message.userID = String(repeating: "u", count: 256)
        message.metadata = text
        message.state = .interrupted
        message.timestamp = .with {
            $0.seconds = -62_135_596_800
            $0.nanos = 999_999_000
        }
        message.editedAt = message.timestamp
        message.deletedAt = message.timestamp
    }
}
