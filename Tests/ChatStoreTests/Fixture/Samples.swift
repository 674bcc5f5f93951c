import ChatStore
import GeneratedMessages
import GeneratedRPC
import ProtobufRuntime

extension UUID {
    /// A new one for a test's session or message.
    static func random() -> UUID {
        UUID(high: .random(in: 0...UInt64.max), low: .random(in: 0...UInt64.max))
    }
}

/// 2024-01-02T03:04:05.678901Z.
let sampleTime: Int64 = 1_704_164_645_678_901

extension Append.Item {
    /// A message for a test; what is not said is ordinary. Items of the same texts have the same digest.
    static func sample(
        _ content: String = "hello", id: UUID = .random(), role: Role = .user, agent: String? = nil,
        user: String? = nil, metadata: String? = nil, timestamp: Int64 = sampleTime, epoch: Int64? = nil,
        acceptsKnown: Bool = false
    ) -> Append.Item {
        Append.Item(
            messageID: id,
            digest: .sample(of: [content, "\(role)", agent ?? "-", user ?? "-", metadata ?? "-"]),
            role: role,
            content: FieldBytes(content),
            agentName: agent.map { FieldBytes($0) },
            userID: user.map { FieldBytes($0) },
            metadata: metadata.map { FieldBytes($0) },
            timestamp: timestamp,
            expectedEpoch: epoch,
            acceptsKnownContent: acceptsKnown)
    }
}

extension MessageDigest {
    /// Stands for the service's SHA-256: other texts, other digest (FNV-1a from four bases).
    static func sample(of texts: [String]) -> MessageDigest {
        let words = (1...4).map { base in
            texts.joined(separator: "\0").utf8.reduce(0xCBF2_9CE4_8422_2325 &* UInt64(base)) { hash, byte in
                (hash ^ UInt64(byte)) &* 0x100_0000_01B3
            }
        }
        return MessageDigest(word0: words[0], word1: words[1], word2: words[2], word3: words[3])
    }
}

extension Timestamp {
    /// Microseconds since 1970-01-01T00:00:00Z, for messages of today and of before.
    var sampleMicroseconds: Int64 { seconds * 1_000_000 + Int64(nanos) / 1000 }
}
