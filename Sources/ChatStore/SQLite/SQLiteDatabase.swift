import Dispatch

/// An open file: the lock on it, the connection that writes and those that read.
final class SQLiteDatabase: Sendable {
    let writer: SQLiteWriter
    let readers: SQLiteReaders
    private let lock: SQLiteFileLock

    private init(_ configuration: SQLiteConfiguration, lock: consuming SQLiteFileLock) throws {
        self.lock = lock
        writer = try SQLiteWriter(configuration)
        readers = try SQLiteReaders(configuration)
    }

    static func open(_ configuration: SQLiteConfiguration) async throws -> SQLiteDatabase {
        let deadline = ContinuousClock.now.advanced(by: configuration.lockWait)
        while true {
            let database = try await offload {
                try SQLiteTransaction.reportingStoreErrors { try tryOpen(configuration) }
            }
            if let database { return database }
            guard ContinuousClock.now < deadline else {
                throw StoreError(.failed, "another process serves the database file \(configuration.path)")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Nil where another process has the file.
    private static func tryOpen(_ configuration: SQLiteConfiguration) throws -> SQLiteDatabase? {
        try SQLiteFile.prepare(configuration.path)
        guard let lock = try SQLiteFileLock(configuration.path) else { return nil }
        return try SQLiteDatabase(configuration, lock: lock)
    }

    /// Finishes what was accepted, copies the log into the file, and closes.
    func close() async throws {
        try await SQLiteDatabase.offload { [self] in
            try SQLiteTransaction.reportingStoreErrors {
                try readers.close()
                try writer.close()
            }
        }
    }

    /// Runs what blocks on a thread that may.
    private static func offload<Outcome: Sendable>(
        _ work: @escaping @Sendable () throws -> Outcome
    ) async throws -> Outcome {
        try await withCheckedThrowingContinuation { caller in
            DispatchQueue.global().async { caller.resume(with: Result { try work() }) }
        }
    }
}
