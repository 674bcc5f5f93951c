import ChatStore
import GeneratedMessages
import Testing

@Suite("Any number of servers may use one database", .timeLimit(.minutes(2)))
struct PostgreSQLServersTests {
    @Test("Three servers that start at once on an empty database make its tables once")
    func startTogether() async throws {
        try await withPostgreSQL { place in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        try await place.withStore { store in _ = try await store.append(.sample(), to: .random()) }
                    }
                }
                try await group.waitForAll()
            }
            let console = try place.console()
            #expect(try console.number("SELECT count(*) FROM \(place.quotedSchema).chat_sessions") == 3)
            #expect(try console.number("SELECT count(*) FROM \(place.quotedSchema).chat_migrations") == 3)
        }
    }

    @Test("Two servers that append to the same sessions neither deadlock nor leave gaps")
    func sameSessions() async throws {
        try await withPostgreSQL { place in
            try await place.withStore { one in
                try await place.withStore { other in
                    let sessions = (0..<6).map { _ in UUID.random() }
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for writer in 0..<32 {
                            group.addTask {
                                let store = writer % 2 == 0 ? one : other
                                for number in 0..<30 {
                                    let session = sessions[(writer * 7 + number * 5) % sessions.count]
                                    _ = try await store.append(
                                        [.sample("\(writer) \(number) a"), .sample("\(writer) \(number) b")],
                                        to: session)
                                }
                            }
                        }
                        try await group.waitForAll()
                    }
                    var total = 0
                    for session in sessions {
                        let messages = try await other.walk(session)
                        #expect(messages.map(\.seq) == Array(1...Int64(messages.count)))
                        #expect(try await one.session(session).revision == Int64(messages.count))
                        total += messages.count
                    }
                    #expect(total == 32 * 30 * 2)
                }
            }
        }
    }

    @Test("The same message sent at once to two servers is one row with one seq")
    func sameMessage() async throws {
        try await withPostgreSQL { place in
            try await place.withStore { one in
                try await place.withStore { other in
                    for _ in 0..<10 {
                        let session = UUID.random()
                        let item = Append.Item.sample("once")
                        let results = try await withThrowingTaskGroup(of: AppendResult.self) { group in
                            for index in 0..<50 {
                                group.addTask { try await (index % 2 == 0 ? one : other).append(item, to: session) }
                            }
                            return try await group.reduce(into: []) { $0.append($1) }
                        }
                        #expect(results.allSatisfy { $0.seq == 1 && $0.revision == 1 })
                        #expect(results.count { !$0.duplicate } == 1)
                        #expect(try await one.list(session).totalCount == 1)
                    }
                }
            }
        }
    }
}
