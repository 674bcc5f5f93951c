import ChatStore
import GeneratedMessages
import Testing

@Suite("A page of messages", .timeLimit(.minutes(1)))
struct ListingTests {
    @Test(
        "Every combination of direction, limit, offset and bounds is the slice it should be",
        arguments: StoreKind.tested)
    func slices(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            _ = try await store.append((1...12).map { .sample("\($0)") }, to: session)
            for newestFirst in [false, true] {
                for (after, before) in [(nil, nil), (4, nil), (nil, 9), (4, 9), (9, 4), (12, nil), (nil, 1)]
                    as [(Int64?, Int64?)]
                {
                    let range = (1...12).filter { Int64($0) > after ?? 0 && Int64($0) < before ?? .max }
                    let ordered = newestFirst ? range.reversed() : range
                    for limit in [1, 3, 5, 12, 13, 500] {
                        for offset in [0, 1, 4, 11, 12, 1_000_000] {
                            let page = try await store.list(
                                session, limit: limit, offset: Int64(offset), after: after, before: before,
                                newestFirst: newestFirst)
                            let expected = ordered.dropFirst(offset).prefix(limit)
                            let label: Comment =
                                "\(newestFirst) \(String(describing: (after, before))) \(limit) \(offset)"
                            #expect(page.messages.map(\.content) == expected.map(String.init), label)
                            #expect(page.hasMore == (ordered.dropFirst(offset).count > limit), label)
                            #expect(page.totalCount == 12, label)
                        }
                    }
                }
            }
        }
    }

    @Test("The largest offsets and bounds are empty pages, not errors", arguments: StoreKind.tested)
    func extremes(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            try await store.append(texts: ["a", "b"], to: session)
            #expect(try await store.list(session, offset: .max).messages.isEmpty)
            #expect(try await store.list(session, offset: .max, newestFirst: true).messages.isEmpty)
            #expect(try await store.list(session, after: .max).messages.isEmpty)
            #expect(try await store.list(session, before: 0).messages.isEmpty)
            #expect(try await store.list(session, offset: 1, after: .max).messages.isEmpty)
            #expect(try await store.list(session, before: .max).messages.count == 2)
            #expect(try await store.list(session, after: .max, newestFirst: true).messages.isEmpty)
        }
    }

    @Test("A session that is not there is an empty page", arguments: StoreKind.tested)
    func missing(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let page = try await store.list(.random())
            #expect(page.messages.isEmpty && page.totalCount == 0 && !page.hasMore)
            #expect(page.resetEpoch == 0 && page.revision == 0)
            await expectRefusal(.messageNotFound) {
                try await store.message(.random(), in: .random(), owner: nil)
            }
        }
    }

    @Test("The next fields are there exactly where more follows", arguments: StoreKind.tested)
    func nextFields(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            try await store.append(texts: ["a", "b", "c"], to: session)
            let oldest = try await store.list(session, limit: 2)
            #expect(oldest.hasNextAfterSeq && oldest.nextAfterSeq == 2 && !oldest.hasNextBeforeSeq)
            let newest = try await store.list(session, limit: 2, newestFirst: true)
            #expect(newest.hasNextBeforeSeq && newest.nextBeforeSeq == 2 && !newest.hasNextAfterSeq)
            for newestFirst in [false, true] {
                let all = try await store.list(session, limit: 3, newestFirst: newestFirst)
                #expect(!all.hasMore && !all.hasNextAfterSeq && !all.hasNextBeforeSeq)
            }
        }
    }

    @Test("Pages by their next fields cover everything exactly once", arguments: StoreKind.tested)
    func walks(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            _ = try await store.append((1...37).map { .sample("\($0)") }, to: session)
            for limit in [1, 2, 5, 36, 37, 38] {
                let forwards = try await store.walk(session, limit: limit)
                #expect(forwards.map(\.seq) == Array(1...37))
                let backwards = try await store.walk(session, limit: limit, newestFirst: true)
                #expect(backwards.map(\.seq) == (1...37).reversed())
            }
        }
    }

    @Test("A page says which epoch and revision it is of", arguments: StoreKind.tested)
    func state(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            try await store.append(texts: ["a"], to: session)
            _ = try await store.resetSession(session, owner: nil)
            try await store.append(texts: ["b", "c"], to: session)
            let page = try await store.list(session)
            #expect(page.resetEpoch == 1 && page.revision == 4 && page.totalCount == 2)
        }
    }
}
