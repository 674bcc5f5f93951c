import ChatRPCServer
import Foundation
import Logging

/// Runs `body` with the URL of a whole chat server in this process: SQLite in a directory of its own, a free port.
func withChatServer<Result: Sendable>(_ body: (String) async throws -> Result) async throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("chatrpc-client-\(UUID())")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    var configuration = ServerConfiguration(
        database: .sqlite(path: directory.appendingPathComponent("chat.db").path), eventLoops: 1)
    configuration.port = 0
    let server = ChatServer(
        configuration: configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    return try await withThrowingTaskGroup(of: Void.self) { group in
        let (urls, ready) = AsyncStream<String>.makeStream()
        group.addTask {
            defer { ready.finish() }
            try await server.run { ready.yield($0) }
        }
        defer { group.cancelAll() }
        var first = urls.makeAsyncIterator()
        guard let url = await first.next() else {
            try await group.waitForAll()
            throw CancellationError()
        }
        return try await body(url)
    }
}
