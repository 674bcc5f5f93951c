import ChatStore

/// Where one test's data is: a SQLite file in a directory of its own, or a PostgreSQL schema of its own.
protocol StorePlace: Sendable {
    /// What StoreCrashWriter needs on its command line to open this place.
    var writerArguments: [String] { get }

    /// A store on this place, not yet running.
    func makeStore() throws -> any ChatStore

    /// Removes all that the test left.
    func remove() async throws
}

extension StorePlace {
    /// Runs a store on this place until the body has ended, and waits until it has closed.
    func withStore<Outcome: Sendable>(
        _ body: @Sendable (any ChatStore) async throws -> Outcome
    ) async throws -> Outcome {
        try await run(try makeStore(), while: body)
    }
}

/// Runs a store until the body has ended. What ends the store earlier fails the test.
func run<Outcome: Sendable>(
    _ store: any ChatStore, while body: @Sendable (any ChatStore) async throws -> Outcome
) async throws -> Outcome {
    try await withoutActuallyEscaping(body) { body in
        try await withThrowingTaskGroup(of: Outcome?.self) { group in
            group.addTask {
                try await store.run()
                return nil
            }
            group.addTask {
                while !store.isUsable {
                    try await Task.sleep(for: .milliseconds(1))
                }
                return try await body(store)
            }
            let first = try await group.next()
            group.cancelAll()
            // A store that returns while nobody has cancelled it did not serve.
            guard let outcome = first ?? nil else { throw StoreEndedEarly() }
            while try await group.next() != nil {}
            return outcome
        }
    }
}

/// The store's run() returned though nobody had cancelled it.
struct StoreEndedEarly: Error {}
