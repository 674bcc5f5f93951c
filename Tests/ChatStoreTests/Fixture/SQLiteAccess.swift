import ChatStore
import GRDB

/// Runs a test in a SQLite place of its own and removes it.
func withSQLite<Outcome>(_ body: (SQLitePlace) async throws -> Outcome) async throws -> Outcome {
    let place = try SQLitePlace()
    do {
        let outcome = try await body(place)
        try place.remove()
        return outcome
    } catch {
        try? place.remove()
        throw error
    }
}

extension SQLitePlace {
    /// Changes the file behind the store's back.
    func change(_ sql: String) async throws {
        let queue = try openFile()
        try await queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    /// Reads the file as it is.
    func read<Outcome: Sendable>(_ body: @Sendable (Database) throws -> Outcome) async throws -> Outcome {
        let queue = try openFile()
        let outcome = try await queue.read { try body($0) }
        try queue.close()
        return outcome
    }

    /// Takes the file's write lock, so that the store's next transaction waits.
    func holdWriteLock() throws -> WriteLockHolder {
        try WriteLockHolder(openFile())
    }

    private func openFile() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.allowsUnsafeTransactions = true
        return try DatabaseQueue(path: path, configuration: configuration)
    }
}

/// Another process's transaction on a store's file, as far as SQLite can tell.
struct WriteLockHolder: Sendable {
    private let queue: DatabaseQueue

    init(_ queue: DatabaseQueue) throws {
        self.queue = queue
        try queue.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
    }

    func release() async throws {
        try await queue.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        try queue.close()
    }
}
