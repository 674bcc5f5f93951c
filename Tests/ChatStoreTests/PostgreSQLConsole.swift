import CLibPQ
import Foundation

/// The tests' own way into the database: a blocking connection, one statement at a time.
final class PostgreSQLConsole {
    struct Failure: Error {
        var message: String
    }

    private let connection: OpaquePointer

    init(_ url: String) throws {
        guard let connection = PQconnectdb(url) else { throw Failure(message: "out of memory") }
        self.connection = connection
        guard PQstatus(connection) == CONNECTION_OK else {
            throw Failure(message: String(cString: PQerrorMessage(connection)))
        }
    }

    deinit {
        PQfinish(connection)
    }

    /// Runs a statement; the first value of its first row, if it has one.
    @discardableResult
    func run(_ sql: String) throws -> String? {
        let result = PQexec(connection, sql)
        defer { PQclear(result) }
        let status = PQresultStatus(result)
        guard status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK else {
            throw Failure(message: String(cString: PQerrorMessage(connection)))
        }
        guard PQntuples(result) > 0, PQnfields(result) > 0, PQgetisnull(result, 0, 0) == 0 else { return nil }
        return String(cString: PQgetvalue(result, 0, 0))
    }

    func number(_ sql: String) throws -> Int? {
        try run(sql).flatMap { Int($0) }
    }

    /// The server that `make test` started for this run.
    static func testURL() throws -> String {
        guard let url = ProcessInfo.processInfo.environment["CHATRPC_TEST_POSTGRES_URL"], !url.isEmpty else {
            throw Failure(message: "CHATRPC_TEST_POSTGRES_URL is not set: run the tests by `make test`")
        }
        return url
    }
}
