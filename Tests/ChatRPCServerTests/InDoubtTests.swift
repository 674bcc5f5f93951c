import ChatStore
import GeneratedMessages
import ProtobufRuntime
import RPCCore
import Synchronization
import Testing

@testable import ChatRPCServer

@Suite struct InDoubtTests {
    private static let session = "7b1e0198-c2a4-4000-8000-000000000001"
    private let context = ServerContext(path: "", surface: .inProcess)

    @Test func aBatchInDoubtTellsEachMintedIDInOneValue() async throws {
        let store = DoubtfulStore()
        let service = ChatMessageService(store: store, limits: ChatLimits())
        let own = "0198c2a4-7b1e-7000-8000-000000000001"
        let error = await #expect(throws: RPCError.self) {
            try await service.batchCreateMessages(
                .with { request in
                    request.sessionID = Self.session
                    for index in 0..<500 {
                        request.messages.append {
                            $0.role = .user
                            $0.content = "\(index)"
                            if index == 7 { $0.messageID = own }
                        }
                    }
                }, context: context)
        }
        let told = try #require(error)
        #expect(told.code == .unavailable && told.reason == "IN_DOUBT")
        let base = try #require(told.reasonMetadata["message_id_base"])
        let counter = try #require(Int(base.suffix(12), radix: 16))
        let derived = (0..<500).map { index in
            let digits = String(counter + index, radix: 16)
            return index == 7 ? own : base.prefix(24) + String(repeating: "0", count: 12 - digits.count) + digits
        }
        #expect(store.ids == derived)
        let bytes = told.reasonMetadata.reduce(told.message.utf8.count) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        #expect(bytes < 512)
    }

    @Test func aMessageInDoubtIsNamed() async throws {
        let store = DoubtfulStore()
        let error = await #expect(throws: RPCError.self) {
            try await ChatMessageService(store: store, limits: ChatLimits()).createMessage(
                .with {
                    $0.sessionID = Self.session
                    $0.role = .user
                    $0.content = "hello"
                }, context: context)
        }
        #expect(try [#require(error?.reasonMetadata["message_id"])] == store.ids)
    }

    @Test func mintedIDsAreOfVersion7AndCountUp() {
        for _ in 0..<1_000 {
            let ids = MintedIDs()
            let last = ids[499]
            #expect(last.high == ids.base.high && last.low == ids.base.low + 499)
            #expect(last.high >> 12 & 0xF == 7 && last.low >> 62 == 0b10)
            #expect(last.low >> 48 == ids.base.low >> 48)
        }
    }
}

/// A store whose appends are all in doubt.
private final class DoubtfulStore: ChatStore {
    private let appended = Mutex<[String]>([])

    /// Of what was to be appended.
    var ids: [String] { appended.withLock { $0 } }

    var isUsable: Bool { true }
    func run() async throws {}

    func append(_ append: Append) async throws -> [AppendResult] {
        appended.withLock { $0 = append.items.map(\.messageID.description) }
        throw StoreError(.inDoubt)
    }

    func submit(
        _ append: Append, _ answer: @escaping @Sendable (Result<[AppendResult], any Error>) -> Void
    ) {
        answer(.failure(StoreError(.inDoubt)))
    }

    private let unused = StoreError(.failed, "not of this test")

    func listMessages(_ query: MessageQuery, owner: String?) async throws -> ListMessagesResponse { throw unused }
    func message(_ id: UUID, in session: UUID, owner: String?) async throws -> Message { throw unused }
    func changeMessage(
        _ id: UUID, in session: UUID, _ change: MessageChange, owner: String?
    ) async throws -> Message { throw unused }
    func changes(_ query: ChangeQuery, owner: String?) async throws -> ChangePage { throw unused }
    func createSession(_ session: NewSession, owner: String?) async throws -> Session { throw unused }
    func session(_ id: UUID, owner: String?) async throws -> Session { throw unused }
    func listSessions(_ query: SessionQuery, owner: String?) async throws -> ListSessionsResponse { throw unused }
    func renameSession(
        _ id: UUID, name: String?, description: String?, owner: String?
    ) async throws -> Session { throw unused }
    func deleteSession(_ id: UUID, owner: String?) async throws -> Session { throw unused }
    func restoreSession(_ id: UUID, owner: String?) async throws -> Session { throw unused }
    func resetSession(_ id: UUID, owner: String?) async throws -> Session { throw unused }
}
