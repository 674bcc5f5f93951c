import ChatStore
import GeneratedMessages
import Testing

@Suite("What a SQLite store shows of rows that it finds", .timeLimit(.minutes(1)))
struct SQLiteVisibilityTests {
    @Test("Tombstones are in no page and no count, and offsets count what is visible")
    func tombstones() async throws {
        try await withSQLite { place in
            let session = UUID.random()
            try await place.withStore { store in
                let ids = (0..<10).map { _ in UUID.random() }
                _ = try await store.append(ids.enumerated().map { .sample("\($0 + 1)", id: $1) }, to: session)
                try await place.change(
                    """
                    UPDATE chat_messages SET deleted_at = 1 WHERE seq IN (2, 5, 10);
                    UPDATE chat_sessions SET tombstone_count = 3
                    """)
                #expect(try await store.list(session).messages.map(\.seq) == [1, 3, 4, 6, 7, 8, 9])
                #expect(try await store.list(session).totalCount == 7)
                #expect(try await store.session(session).messageCount == 7)
                let page = try await store.list(session, limit: 3, offset: 2)
                #expect(page.messages.map(\.seq) == [4, 6, 7] && page.hasMore && page.nextAfterSeq == 7)
                let newest = try await store.list(session, limit: 2, offset: 1, newestFirst: true)
                #expect(newest.messages.map(\.seq) == [8, 7] && newest.nextBeforeSeq == 7)
                #expect(try await store.walk(session, limit: 2).map(\.seq) == [1, 3, 4, 6, 7, 8, 9])
                await expectRefusal(.messageNotFound) {
                    try await store.message(ids[4], in: session, owner: nil)
                }
                #expect(try await store.append(.sample("5", id: ids[4]), to: session).duplicate)
                #expect(try await store.append(.sample("11"), to: session).seq == 11)
                #expect(try await store.list(session).totalCount == 8)
                let reset = try await store.resetSession(session, owner: nil)
                #expect(reset.messageCount == 0)
                #expect(try await store.append(.sample("12"), to: session).seq == 12)
                #expect(try await store.session(session).messageCount == 1)
            }
        }
    }

    @Test("Sessions are ordered across hours, and an append brings one of an old hour to the front")
    func hours() async throws {
        try await withSQLite { place in
            let ids = (0..<30).map { _ in UUID.random() }
            try await place.withStore { store in
                for id in ids { _ = try await store.createSession(NewSession(id: id, userID: "ada"), owner: nil) }
                // Three sessions an hour, back to before 1970.
                try await place.change(
                    """
                    UPDATE chat_sessions SET created_at = (10 - number / 3) * 3600000000 - 18000000000 + number;
                    UPDATE chat_sessions SET activity_hour = 10 - number / 3 - 5
                    """)
                let list = try await store.listSessions(SessionQuery(limit: 100, userID: "ada"), owner: nil)
                let expected = (1...30).sorted { left, right in
                    (10 - left / 3, left) > (10 - right / 3, right)
                }
                #expect(list.sessions.map(\.id) == expected.map { ids[$0 - 1].description })
                _ = try await store.append(.sample(), to: ids[29])
                let first = try await store.listSessions(SessionQuery(limit: 1, userID: "ada"), owner: "ada")
                #expect(first.sessions.map(\.id) == [ids[29].description])
                _ = try await store.resetSession(ids[29], owner: nil)
                let again = try await store.listSessions(SessionQuery(limit: 100), owner: nil)
                #expect(again.sessions.map(\.id) == expected.map { ids[$0 - 1].description })
            }
        }
    }
}
