import ChatStore
import Foundation
import Logging

/// A schema for one test, in the database of the run.
struct PostgreSQLPlace: StorePlace {
    let schema: String
    private let url: String
    /// The test's turn, as long as the place is in use.
    private let turn: PostgreSQLGate.Turn

    /// - Parameter schema: Nil makes one up.
    init(schema: String? = nil) async throws {
        url = try PostgreSQLConsole.testURL()
        self.schema = schema ?? "test_" + Foundation.UUID().uuidString.lowercased().replacing("-", with: "")
        turn = await PostgreSQLGate.shared.enter()
    }

    var writerArguments: [String] { [url, schema] }

    func makeStore() throws -> any ChatStore {
        makeStore(try configuration())
    }

    func makeStore(_ configuration: PostgresConfiguration) -> PostgresChatStore {
        PostgresChatStore(
            configuration: configuration,
            logger: Logger(label: "chatstore.tests", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    /// - Parameters:
    ///   - port: Another one to reach the server by.
    ///   - parameters: Added to the URL, such as `application_name`.
    func configuration(
        port: Int? = nil, parameters: [String: String] = [:]
    ) throws -> PostgresConfiguration {
        var components = URLComponents(string: url)
        if let port { components?.port = port }
        let items = components?.queryItems ?? []
        if !parameters.isEmpty {
            components?.queryItems = items + parameters.map { URLQueryItem(name: $0.key, value: $0.value) }
        }
        return try PostgresConfiguration(url: components?.string ?? url, schema: schema)
    }

    /// Where the server listens.
    var port: Int { URLComponents(string: url)?.port ?? 5432 }

    func console() throws -> PostgreSQLConsole {
        try PostgreSQLConsole(url)
    }

    /// The schema as a quoted identifier.
    var quotedSchema: String { "\"" + schema.replacing("\"", with: "\"\"") + "\"" }

    func remove() async throws {
        try console().run("SET client_min_messages TO warning; DROP SCHEMA IF EXISTS \(quotedSchema) CASCADE")
    }
}

/// Runs a test in a schema of its own and drops it.
func withPostgreSQL<Outcome: Sendable>(
    schema: String? = nil, _ body: (PostgreSQLPlace) async throws -> Outcome
) async throws -> Outcome {
    let place = try await PostgreSQLPlace(schema: schema)
    let outcome: Outcome
    do {
        outcome = try await body(place)
    } catch {
        try? await place.remove()
        throw error
    }
    try await place.remove()
    return outcome
}

/// Waits until something is so; the suites' time limits end what never is.
func until(_ isSo: () throws -> Bool) async throws {
    while try !isSo() { try await Task.sleep(for: .milliseconds(2)) }
}
