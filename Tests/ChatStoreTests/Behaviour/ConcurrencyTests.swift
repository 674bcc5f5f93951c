import ChatStore
import GeneratedMessages
import Testing

@Suite("Many writers at once", .timeLimit(.minutes(2)))
struct ConcurrencyTests {
    @Test(
        "64 writers on 10 sessions: every session dense, complete and in each writer's order",
        arguments: StoreKind.tested)
    func writers(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let sessions = (0..<10).map { _ in UUID.random() }
            let acknowledged = try await withThrowingTaskGroup(of: [Acknowledgement].self) { group in
                for writer in 0..<64 {
                    group.addTask { try await write(to: store, sessions, by: writer) }
                }
                return try await group.reduce(into: []) { $0.append(contentsOf: $1) }
            }
            for session in sessions {
                let messages = try await store.walk(session)
                let expected = acknowledged.filter { $0.session == session }.sorted { $0.seq < $1.seq }
                #expect(messages.map(\.seq) == Array(1...Int64(max(expected.count, 1))))
                #expect(messages.map(\.content) == expected.map(\.text))
                #expect(messages.map(\.revision) == expected.map(\.seq))
                for writer in 0..<64 {
                    let own = expected.filter { $0.writer == writer }.map(\.number)
                    #expect(own == own.sorted())
                }
            }
        }
    }

    @Test(
        "Readers see each session's messages as a dense beginning, while they are written",
        arguments: StoreKind.tested)
    func readers(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = UUID.random()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        for number in 0..<25 {
                            _ = try await store.append(.sample("\(writer).\(number)"), to: session)
                        }
                    }
                }
                for _ in 0..<4 {
                    group.addTask {
                        var seen: Int64 = 0
                        while seen < 200 {
                            let page = try await store.list(session, limit: 500)
                            #expect(page.totalCount == page.messages.count)
                            #expect(page.messages.map(\.seq) == (0..<page.totalCount).map { $0 + 1 })
                            #expect(page.totalCount >= seen)
                            seen = page.totalCount
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}

/// An append that succeeded.
private struct Acknowledgement: Sendable {
    var session: UUID
    var writer: Int
    var number: Int
    var seq: Int64
    var text: String
}

private func write(
    to store: any ChatStore, _ sessions: [UUID], by writer: Int
) async throws -> [Acknowledgement] {
    var generator = SeededGenerator(stream: UInt64(writer))
    var acknowledged: [Acknowledgement] = []
    for number in 0..<20 {
        let session = sessions.randomElement(using: &generator) ?? sessions[0]
        let texts = (0..<Int.random(in: 1...3, using: &generator)).map { "\(writer).\(number).\($0)" }
        let results = try await store.append(texts.map { .sample($0) }, to: session)
        for (text, result) in zip(texts, results) {
            acknowledged.append(
                Acknowledgement(
                    session: session, writer: writer, number: acknowledged.count, seq: result.seq, text: text))
        }
    }
    return acknowledged
}
