import ChatStore
import GeneratedMessages
import GeneratedRPC
import Testing

@Suite("Timestamps", .timeLimit(.minutes(1)))
struct TimestampTests {
    /// Microseconds since 1970: of now, around the epoch, of before it, and the contract's bounds (years 1 and 9999).
    private static let times: [Int64] = [
        sampleTime, 0, 1, -1, 999_999, -999_999, -1_000_000, -1_000_001, 946_684_800_000_000, -2_208_988_800_000_001,
        253_402_300_799_999_999, -62_135_596_800_000_000,
    ]

    @Test("They keep their microseconds, before 1970 too", arguments: StoreKind.tested)
    func microseconds(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            let items = Self.times.map { Append.Item.sample("at \($0)", timestamp: $0) }
            let results = try await store.append(items, to: session)
            #expect(results.map(\.timestamp) == Self.times)
            let messages = try await store.list(session).messages
            #expect(messages.map(\.timestamp.sampleMicroseconds) == Self.times)
            #expect(messages.allSatisfy { (0..<1_000_000_000).contains($0.timestamp.nanos) })
            let again = try await store.append(items, to: session)
            #expect(again.map(\.timestamp) == Self.times && again.allSatisfy(\.duplicate))
        }
    }
}
