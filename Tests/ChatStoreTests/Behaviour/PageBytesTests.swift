import ChatStore
import GeneratedMessages
import ProtobufRuntime
import Testing

@Suite("A page ends early at its byte limit", .timeLimit(.minutes(1)))
struct PageBytesTests {
    @Test("A page stays within its bytes, and pages by next fields cover everything", arguments: StoreKind.tested)
    func budget(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            var generator = SeededGenerator()
            let texts = (0..<60).map { _ in
                String(repeating: "é", count: .random(in: 1...3000, using: &generator))
            }
            _ = try await store.append(texts.map { .sample($0) }, to: session)
            for newestFirst in [false, true] {
                let page = try await store.list(session, newestFirst: newestFirst, maximumBytes: 20_000)
                #expect(page.hasMore)
                #expect(page.serializedSize <= 20_000 || page.messages.count == 1)
                #expect(!page.messages.isEmpty)
                #expect(page.totalCount == 60)
                let walked = try await store.walk(session, newestFirst: newestFirst, maximumBytes: 20_000)
                let ordered = newestFirst ? walked.reversed() : walked
                #expect(ordered.map(\.content) == texts)
            }
        }
    }

    @Test("Messages of the largest size: no page of more than one exceeds its bytes", arguments: StoreKind.tested)
    func largest(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            let metadata = #"{"a": ""# + String(repeating: "x", count: (16 << 10) - 9) + #""}"#
            for _ in 0..<4 {
                let item = Append.Item.sample(
                    String(repeating: "x", count: 1 << 20), agent: String(repeating: "a", count: 256),
                    user: String(repeating: "u", count: 256), metadata: metadata)
                _ = try await store.append(item, to: session)
            }
            let largest = try await store.list(session, limit: 1).serializedSize
            for maximumBytes in [largest - 1, largest, 2 * largest - 600, 2 * largest, 3 << 20] {
                let page = try await store.list(session, maximumBytes: maximumBytes)
                #expect(page.serializedSize <= maximumBytes || page.messages.count == 1)
            }
            #expect(try await store.list(session).messages.count == 2)
        }
    }

    @Test("Large messages among small ones are each in one page, whole", arguments: StoreKind.tested)
    func mixed(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            let sizes = [1, 16_384, 16_385, 2, 60_000, 3, 4, 16_384, 90_000, 5, 16_386, 6]
            let texts = sizes.map { String(repeating: "x", count: $0) }
            _ = try await store.append(texts.map { .sample($0) }, to: session)
            for (limit, maximumBytes) in [(1, 1), (3, 40_000), (12, 100_000), (500, 1 << 20)] {
                for newestFirst in [false, true] {
                    let walked = try await store.walk(
                        session, limit: limit, newestFirst: newestFirst, maximumBytes: maximumBytes)
                    let ordered = newestFirst ? walked.reversed() : walked
                    #expect(ordered.map(\.content.utf8.count) == sizes, "\(limit) \(maximumBytes) \(newestFirst)")
                }
            }
        }
    }

    @Test("The first message is in the page however large it is", arguments: StoreKind.tested)
    func oneAtLeast(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            let large = String(repeating: "x", count: 100_000)
            _ = try await store.append([.sample(large), .sample("small"), .sample(large)], to: session)
            let page = try await store.list(session, maximumBytes: 1)
            #expect(page.messages.map(\.seq) == [1] && page.hasMore && page.nextAfterSeq == 1)
            #expect(try await store.walk(session, maximumBytes: 1).map(\.seq) == [1, 2, 3])
            #expect(try await store.walk(session, newestFirst: true, maximumBytes: 1).map(\.seq) == [3, 2, 1])
        }
    }

    @Test("Nothing more follows a page that ends with the last message", arguments: StoreKind.tested)
    func lastPage(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            try await store.append(texts: ["a", "b"], to: session)
            let page = try await store.list(session, after: 1, maximumBytes: 1)
            #expect(page.messages.map(\.seq) == [2] && !page.hasMore)
        }
    }
}
