import ChatStore
import GeneratedMessages
import GeneratedRPC
import ProtobufRuntime
import RPCCore
import Testing

@testable import ChatRPCServer

@Suite struct MessageDraftTests {
    private let fields = RequestFields(limits: ChatLimits())

    private func item(
        keyedByClient: Bool = false, _ change: (inout NewMessage) -> Void = { _ in }
    ) throws -> Append.Item {
        let draft = NewMessage.with {
            $0.role = .user
            $0.content = "hello"
            change(&$0)
        }
        return try Append.Item(draft, fields: fields, now: 1_000_000, mintedID: .mint(), keyedByClient: keyedByClient)
    }

    private func refusal(_ change: (inout NewMessage) -> Void) -> RPCError? {
        #expect(throws: RPCError.self) { try item(change) }
    }

    @Test func sameContentIsTheSameDigestWhateverTheIDsAndTheClock() throws {
        let plain = try item()
        let other = try Append.Item(
            NewMessage.with {
                $0.messageID = "0198c2a4-7b1e-7000-8000-000000000001"
                $0.role = .user
                $0.content = "hello"
                $0.resetEpoch = 4
            }, fields: fields, now: 2_000_000, mintedID: .mint(), keyedByClient: false)
        #expect(plain.digest == other.digest)
        #expect(plain.timestamp == 1_000_000)
    }

    @Test func everyPartOfTheContentCountsInTheDigest() throws {
        let digests = try [
            item(),
            item { $0.content = "hellp" },
            item { $0.role = .assistant },
            item { $0.agentName = "hello" },
            item { $0.userID = "hello" },
            item { $0.metadata = "{}" },
            item { $0.timestamp = .with { $0.seconds = 1 } },
            item {
                $0.agentName = "a"
                $0.userID = "b"
            },
            item { $0.agentName = "ab" },
        ].map(\.digest.bytes)
        #expect(Set(digests).count == digests.count)
    }

    @Test func aTimestampIsKeptToTheMicrosecond() throws {
        let item = try item {
            $0.timestamp = .with {
                $0.seconds = -2
                $0.nanos = 500_000_999
            }
        }
        #expect(item.timestamp == -1_500_000)
        #expect(Timestamp(unixMicroseconds: -1_500_000).seconds == -2)
        #expect(Timestamp(unixMicroseconds: -1_500_000).nanos == 500_000_000)
    }

    @Test func aPagesClientIDIsTheMessageIDOnlyTogetherWithItsTimestampAndByREST() throws {
        let id = "7b1e0198-c2a4-4000-8000-000000000001"
        let both = #"{"client_timestamp": 12, "client_id": "\#(id)"}"#
        let keyed = try item(keyedByClient: true) { $0.metadata = both }
        #expect(keyed.messageID.description == id)
        #expect(keyed.acceptsKnownContent)
        #expect(try item(keyedByClient: false) { $0.metadata = both }.messageID.description != id)
        let alone = try item(keyedByClient: true) { $0.metadata = #"{"client_id": "\#(id)"}"# }
        #expect(alone.messageID.description != id)
        #expect(!alone.acceptsKnownContent)
        let minted = "0198c2a4-7b1e-7000-8000-000000000001"
        let named = try item(keyedByClient: true) {
            $0.metadata = both
            $0.messageID = minted
        }
        #expect(named.messageID.description == minted)
        #expect(!named.acceptsKnownContent)
    }

    @Test func whatIsWrongIsNamed() {
        #expect(refusal { $0.role = .unspecified }?.fieldViolations.first?.field == "role")
        #expect(refusal { $0.role = .unrecognized(9) }?.fieldViolations.first?.field == "role")
        #expect(refusal { $0.content = "" }?.fieldViolations.first?.field == "content")
        #expect(refusal { $0.content = "a\0b" }?.fieldViolations.first?.field == "content")
        #expect(refusal { $0.content = String(repeating: "x", count: (1 << 20) + 1) }?.reason == "CONTENT_TOO_LARGE")
        #expect(
            refusal { $0.agentName = String(repeating: "x", count: 257) }?.fieldViolations.first?.field == "agent_name")
        #expect(refusal { $0.messageID = "nonsense" }?.fieldViolations.first?.field == "message_id")
        #expect(refusal { $0.metadata = "[]" }?.fieldViolations.first?.field == "metadata")
        #expect(refusal { $0.metadata = "{\"a\": 1" }?.fieldViolations.first?.field == "metadata")
        #expect(refusal { $0.resetEpoch = -1 }?.fieldViolations.first?.field == "reset_epoch")
        #expect(refusal { $0.timestamp = .with { $0.seconds = .max } }?.fieldViolations.first?.field == "timestamp")
    }

    @Test func anEmptyNameOfAnAgentIsNone() throws {
        let item = try item { $0.agentName = "" }
        #expect(item.agentName == nil)
    }
}
