import ChatStore
import Testing

/// The stores that the suite runs over, every behaviour over each.
enum StoreKind: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case sqlite
    case postgresql

    /// All of them. The condition is for a build of the package without the other store, and no committed manifest
    /// sets it: a store that can't be reached fails the suite, it does not shorten it.
    static var tested: [StoreKind] {
        #if CHATSTORE_TESTS_SQLITE_ONLY
            [.sqlite]
        #else
            allCases
        #endif
    }

    var testDescription: String { rawValue }

    /// A new, empty place of this kind.
    func makePlace() async throws -> any StorePlace {
        #if CHATSTORE_TESTS_SQLITE_ONLY
            try SQLitePlace()
        #else
            switch self {
            case .sqlite: try SQLitePlace()
            case .postgresql: try await PostgreSQLPlace()
            }
        #endif
    }
}

/// Runs a test on a running store in a place of its own, and removes the place.
func withStore<Outcome: Sendable>(
    _ kind: StoreKind, _ body: @Sendable (any ChatStore) async throws -> Outcome
) async throws -> Outcome {
    try await withPlace(kind) { place in
        try await place.withStore(body)
    }
}

/// Runs a test in a place of its own, where it can open stores one after the other, and removes the place.
func withPlace<Outcome: Sendable>(
    _ kind: StoreKind, _ body: (any StorePlace) async throws -> Outcome
) async throws -> Outcome {
    let place = try await kind.makePlace()
    do {
        let outcome = try await body(place)
        try await place.remove()
        return outcome
    } catch {
        try? await place.remove()
        throw error
    }
}
