import ChatStore
import GRDB
import GeneratedMessages
import Testing

@Suite("SQLite's group commit", .timeLimit(.minutes(1)))
struct SQLiteGroupTests {
    @Test("One bad row fails its caller; its neighbours in the group commit, and seq stays dense")
    func badRow() async throws {
        try await withSQLite { place in
            let session = UUID.random()
            try await place.withStore { store in
                // Stands for whatever a database may refuse in one row.
                try await place.change(
                    """
                    CREATE TRIGGER refuse BEFORE INSERT ON chat_messages WHEN new.content = 'bad'
                    BEGIN SELECT RAISE(ABORT, 'refused'); END
                    """)
                let holder = try place.holdWriteLock()
                let appends = (0..<50).map { number in
                    let items = [Append.Item.sample("good \(number)"), .sample(number % 10 == 3 ? "bad" : "good")]
                    return Task { try await store.append(items, to: session) }
                }
                try await holder.release()
                var results: [AppendResult] = []
                for (number, append) in appends.enumerated() {
                    if number % 10 == 3 {
                        let error = await expectRefusal(.rowRefused) { try await append.value }
                        #expect(error?.index == 1)
                    } else {
                        results += try await append.value
                    }
                }
                #expect(results.map(\.seq).sorted() == Array(1...90))
                let messages = try await store.walk(session)
                #expect(messages.map(\.seq) == Array(1...90))
                #expect(!messages.contains { $0.content == "bad" })
                #expect(try await store.session(session).messageCount == 90)
            }
        }
    }

    @Test("The queue is bounded: what does not fit is refused with a hint, what was accepted is committed")
    func overload() async throws {
        try await withSQLite { place in
            var configuration = SQLiteConfiguration(path: place.path)
            configuration.maximumWaitingMessages = 10
            let session = UUID.random()
            try await run(place.makeStore(configuration)) { store in
                let holder = try place.holdWriteLock()
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    for _ in 0..<500 {
                        group.addTask {
                            do {
                                _ = try await store.append(.sample(), to: session)
                                return true
                            } catch let error as StoreError {
                                #expect(error.code == .overloaded && error.retryAfter != nil)
                                return false
                            }
                        }
                    }
                    // At most one group is being written and one waits: all others are answered at once.
                    for _ in 0..<480 { #expect(try await group.next() == false) }
                    try await holder.release()
                    let accepted = try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                    #expect(accepted >= 1)
                    #expect(try await store.list(session).totalCount == accepted)
                }
                #expect(try await !store.append(.sample("after"), to: session).duplicate)
            }
        }
    }

    @Test("While another process holds the write lock appends are unavailable, and reads go on")
    func busy() async throws {
        try await withSQLite { place in
            var configuration = SQLiteConfiguration(path: place.path)
            configuration.busyTimeoutSeconds = 0
            let session = UUID.random()
            try await run(place.makeStore(configuration)) { store in
                _ = try await store.append(.sample("before"), to: session)
                let holder = try place.holdWriteLock()
                let item = Append.Item.sample("meanwhile")
                let error = await expectRefusal(.unavailable) { try await store.append(item, to: session) }
                #expect(error?.retryAfter != nil)
                await expectRefusal(.unavailable) { try await store.deleteSession(session, owner: nil) }
                #expect(try await store.list(session).totalCount == 1)
                try await holder.release()
                #expect(try await store.append(item, to: session).seq == 2)
            }
        }
    }

    @Test("Appends and session changes of one group take effect in the order of their arrival")
    func mixedGroup() async throws {
        try await withSQLite { place in
            let session = UUID.random()
            try await place.withStore { store in
                try await store.append(texts: ["first"], to: session)
                for round in 0..<10 {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for number in 0..<10 {
                            group.addTask { _ = try? await store.append(.sample("\(round).\(number)"), to: session) }
                        }
                        group.addTask { _ = try await store.deleteSession(session, owner: nil) }
                        group.addTask { _ = try await store.restoreSession(session, owner: nil) }
                        group.addTask { _ = try await store.createSession(NewSession(id: .random()), owner: nil) }
                        try await group.waitForAll()
                    }
                    _ = try await store.restoreSession(session, owner: nil)
                }
                let messages = try await store.walk(session)
                #expect(messages.map(\.seq) == (1...Int64(messages.count)).map { $0 })
                #expect(try await store.session(session).messageCount == messages.count)
            }
        }
    }
}
