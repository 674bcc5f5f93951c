import GeneratedMessages
import Testing

@testable import ChatStore

@Suite("Appends are committed in groups, and fail alone", .timeLimit(.minutes(2)))
struct PostgreSQLGroupTests {
    @Test("A row that the database refuses fails only its caller; the neighbours of its group commit")
    func badRow() async throws {
        try await withPostgreSQL { place in
            var configuration = try place.configuration()
            configuration.appendLanes = 1
            let store = place.makeStore(configuration)
            try await run(store) { _ in
                let sessions = (0..<5).map { _ in UUID.random() }
                for session in sessions { _ = try await store.append(.sample("first"), to: session) }
                // While the row is locked by somebody else, all of these gather into one group.
                let blocker = try Blocker(of: sessions[0], in: place)
                let first = Task { try await store.append(.sample("second"), to: sessions[0]) }
                try await until { try blocker.isWaitedFor }
                let good = (0..<40).map { index in
                    Task { try await store.append(.sample("good \(index)"), to: sessions[index % 5]) }
                }
                let bad = Task {
                    try await store.append(.sample("bad", metadata: #"{"not":"#), to: sessions[2])
                }
                try await until { store.appendLanes[0].waitingMessages == 41 }
                try blocker.release()
                await expectRefusal(.rowRefused) { try await bad.value }
                _ = try await first.value
                for task in good { #expect(try await !task.value.duplicate) }
                for (index, session) in sessions.enumerated() {
                    let page = try await store.list(session)
                    #expect(page.messages.map(\.seq) == Array(1...Int64(page.messages.count)))
                    #expect(page.totalCount == (index == 0 ? 10 : 9))
                }
            }
        }
    }

    @Test("A caller that is cancelled goes at once, however long the database takes; what had not begun is dropped")
    func cancellation() async throws {
        try await withPostgreSQL { place in
            var configuration = try place.configuration()
            configuration.appendLanes = 1
            let store = place.makeStore(configuration)
            try await run(store) { _ in
                let session = UUID.random()
                _ = try await store.append(.sample("first"), to: session)
                let blocker = try Blocker(of: session, in: place)
                let running = Task { try await store.append(.sample("running"), to: session) }
                try await until { try blocker.isWaitedFor }
                let waiting = Task { try await store.append(.sample("waiting"), to: session) }
                try await until { store.appendLanes[0].waitingMessages == 1 }
                let renaming = Task {
                    try await store.renameSession(session, name: "other", description: nil, owner: nil)
                }
                try await until { store.appendLanes[0].waitingMessages == 2 }
                // All of them end while the row is still locked.
                for task in [waiting, running] {
                    task.cancel()
                    await #expect(throws: CancellationError.self) { try await task.value }
                }
                renaming.cancel()
                await #expect(throws: CancellationError.self) { try await renaming.value }
                try blocker.release()
                let last = try await store.append(.sample("last"), to: session)
                #expect(last.seq == 3)
                let page = try await store.list(session)
                #expect(page.messages.map(\.content) == ["first", "running", "last"])
                #expect(try await store.session(session, owner: nil).name != "other")
            }
        }
    }

    @Test("A full queue refuses appends as overloaded, and says when to try again")
    func overload() async throws {
        try await withPostgreSQL { place in
            var configuration = try place.configuration()
            configuration.appendLanes = 1
            configuration.limits.maximumQueuedMessages = 3
            try await run(place.makeStore(configuration)) { store in
                let session = UUID.random()
                _ = try await store.append(.sample("first"), to: session)
                let blocker = try Blocker(of: session, in: place)
                let running = Task { try await store.append(.sample("running"), to: session) }
                try await until { try blocker.isWaitedFor }
                let outcomes = await withTaskGroup(of: Result<AppendResult, any Error>.self) { group in
                    for index in 0..<10 {
                        group.addTask {
                            do { return .success(try await store.append(.sample("\(index)"), to: session)) } catch {
                                return .failure(error)
                            }
                        }
                    }
                    var outcomes: [Result<AppendResult, any Error>] = []
                    while let outcome = await group.next() {
                        outcomes.append(outcome)
                        // Seven are refused at once; then the other three may go.
                        if outcomes.count == 7 { try? blocker.release() }
                    }
                    return outcomes
                }
                _ = try await running.value
                let refused = outcomes.compactMap { outcome -> StoreError? in
                    guard case .failure(let error) = outcome else { return nil }
                    return error as? StoreError
                }
                #expect(refused.map(\.code) == Array(repeating: .overloaded, count: 7))
                #expect(refused.allSatisfy { $0.retryAfter != nil })
                #expect(try await store.list(session).totalCount == 5)
            }
        }
    }

    @Test("An append whose deadline passes in the queue is dropped before it reaches the database")
    func deadline() async throws {
        try await withPostgreSQL { place in
            var configuration = try place.configuration()
            configuration.appendLanes = 1
            try await run(place.makeStore(configuration)) { store in
                let session = UUID.random()
                _ = try await store.append(.sample("first"), to: session)
                let blocker = try Blocker(of: session, in: place)
                let running = Task { try await store.append(.sample("running"), to: session) }
                try await until { try blocker.isWaitedFor }
                // It is answered although the group before it still waits.
                await expectRefusal(.deadlineExceeded) {
                    try await store.append(
                        Append(sessionID: session, items: [.sample("late")], deadline: .now + .milliseconds(20)))
                }
                try blocker.release()
                _ = try await running.value
                #expect(try await store.list(session).messages.map(\.content) == ["first", "running"])
            }
        }
    }

    @Test("A transaction that loses a deadlock is run again")
    func deadlock() async throws {
        try await withPostgreSQL { place in
            // Long enough for the other side to be waiting too when the store's wait is looked at.
            var configuration = try place.configuration(parameters: ["options": "-c deadlock_timeout=1s"])
            configuration.appendLanes = 1
            let store = place.makeStore(configuration)
            try await run(store) { _ in
                let sessions = (0..<2).map { _ in UUID.random() }.sorted()
                let other = UUID.random()
                for session in sessions + [other] { _ = try await store.append(.sample("first"), to: session) }
                // A group that waits gathers the next one, which locks both rows in their order.
                let gatherer = try Blocker(of: other, in: place)
                let gathering = Task { try await store.append(.sample("gathers"), to: other) }
                try await until { try gatherer.isWaitedFor }
                let blocker = try Blocker(of: sessions[1], in: place)
                let both = sessions.map { session in Task { try await store.append(.sample("both"), to: session) } }
                try await until { store.appendLanes[0].waitingMessages == 2 }
                try gatherer.release()
                _ = try await gathering.value
                try await until { try blocker.isWaitedFor }
                // Returns once the store's transaction has lost.
                try blocker.lock(sessions[0], in: place)
                try blocker.release()
                for task in both { #expect(try await task.value.seq == 2) }
            }
        }
    }
}

/// Locks a session's row as another program would, until it is released.
private final class Blocker {
    private let holder: PostgreSQLConsole
    private let watcher: PostgreSQLConsole

    init(of session: UUID, in place: PostgreSQLPlace) throws {
        holder = try place.console()
        watcher = try place.console()
        try holder.run("SET deadlock_timeout = '1min'")
        try holder.run("BEGIN")
        try lock(session, in: place)
    }

    func lock(_ session: UUID, in place: PostgreSQLPlace) throws {
        try holder.run(
            "SELECT 1 FROM \(place.quotedSchema).chat_sessions WHERE session_id = '\(session)' FOR UPDATE")
    }

    /// Whether a connection of the store waits for the row.
    var isWaitedFor: Bool {
        get throws {
            let holderPID = try holder.number("SELECT pg_backend_pid()") ?? 0
            return try watcher.number(
                "SELECT count(*) FROM pg_stat_activity WHERE \(holderPID) = ANY (pg_blocking_pids(pid))") == 1
        }
    }

    func release() throws {
        try holder.run("COMMIT")
    }
}
