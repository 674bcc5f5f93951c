import ChatStore
import Crypto
import GeneratedMessages
import ProtobufRuntime

/// What *the same content* means: SHA-256 of the canonical form of a create request, which is stored with the message
/// and never made again from the row, since edits and JSONB change that.
///
/// The canonical form is the role, then content, agent_name, user_id, metadata and timestamp, each with its presence
/// and length before it, so that no two requests share one. Ids, epoch and session are not content.
struct ContentDigest {
    private var hash = SHA256()

    static func of(_ item: Append.Item, explicitTimestamp: Int64?) -> MessageDigest {
        var digest = ContentDigest()
        digest.add(Int64(item.role.rawValue))
        digest.add(item.content)
        digest.add(item.agentName)
        digest.add(item.userID)
        digest.add(item.metadata)
        digest.add(explicitTimestamp ?? Int64.min)
        guard let digest = digest.hash.finalize().withUnsafeBytes({ MessageDigest($0.bytes) }) else {
            preconditionFailure("SHA-256 has 32 bytes")
        }
        return digest
    }

    private mutating func add(_ number: Int64) {
        withUnsafeBytes(of: number.littleEndian) { hash.update(bufferPointer: $0) }
    }

    private mutating func add(_ bytes: FieldBytes?) {
        guard let bytes else { return add(-1) }
        add(Int64(bytes.count))
        bytes.withSpan { span in
            span.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
    }
}
