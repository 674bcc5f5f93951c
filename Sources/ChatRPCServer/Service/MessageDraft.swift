import ChatStore
import GeneratedMessages
import GeneratedRPC
import ProtobufRuntime
import RPCCore

/// What CreateMessageRequest and NewMessage have in common: the message to be.
protocol MessageDraft {
    var hasMessageID: Bool { get }
    var messageIDUTF8: FieldBytes { get }
    var role: Role { get }
    var contentUTF8: FieldBytes { get }
    var agentNameUTF8: FieldBytes { get }
    var userIDUTF8: FieldBytes { get }
    var hasMetadata: Bool { get }
    var metadataUTF8: FieldBytes { get }
    var hasTimestamp: Bool { get }
    var timestamp: Timestamp { get }
    var hasResetEpoch: Bool { get }
    var resetEpoch: Int64 { get }
}

extension CreateMessageRequest: MessageDraft {}
extension NewMessage: MessageDraft {}

extension Append.Item {
    /// Checks a draft and makes of it what the store appends.
    ///
    /// - Parameters:
    ///   - now: The timestamp of a message that brings none, in microseconds since 1970.
    ///   - mintedID: The id of a message that brings none.
    ///   - keyedByClient: Whether metadata's client_id may be the message id (``ClientKey``).
    init(
        _ draft: some MessageDraft, fields: RequestFields, now: Int64, mintedID: @autoclosure () -> UUID,
        keyedByClient: Bool
    ) throws {
        let role = draft.role
        switch role {
        case .user, .assistant, .system: break
        default: throw fields.invalid("role", "has to be user, assistant or system")
        }
        let metadata = draft.hasMetadata ? try fields.metadata(draft.metadataUTF8) : nil
        var id: UUID?
        var acceptsKnownContent = false
        if draft.hasMessageID {
            id = try fields.uuid("message_id", draft.messageIDUTF8)
        } else if keyedByClient, let metadata, let key = ClientKey.find(in: metadata) {
            id = key
            acceptsKnownContent = true
        }
        let explicit = draft.hasTimestamp ? try fields.microseconds("timestamp", draft.timestamp) : nil
        self.init(
            messageID: id ?? mintedID(),
            digest: MessageDigest(word0: 0, word1: 0, word2: 0, word3: 0),
            role: role,
            content: try fields.content(draft.contentUTF8),
            agentName: try fields.identifier("agent_name", draft.agentNameUTF8),
            userID: try fields.identifier("user_id", draft.userIDUTF8),
            metadata: metadata,
            timestamp: explicit ?? now,
            expectedEpoch: draft.hasResetEpoch ? try fields.notNegative("reset_epoch", draft.resetEpoch) : nil,
            acceptsKnownContent: acceptsKnownContent)
        digest = ContentDigest.of(self, explicitTimestamp: explicit)
    }
}
