import ChatStore
import Foundation
import Logging

/// A directory for one test's SQLite file.
struct SQLitePlace: StorePlace {
    let directory: String

    init() throws {
        directory =
            FileManager.default.temporaryDirectory.path + "/chatrpc-tests-" + Foundation.UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    /// The file is in a folder that the store has to make.
    var path: String { directory + "/data/chatrpc.db" }

    var writerArguments: [String] { ["sqlite://" + path] }

    func makeStore() throws -> any ChatStore {
        makeStore(SQLiteConfiguration(path: path))
    }

    func makeStore(_ configuration: SQLiteConfiguration) -> SQLiteStore {
        SQLiteStore(configuration, logger: Logger(label: "chatstore.tests", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    func remove() throws {
        try FileManager.default.removeItem(atPath: directory)
    }
}
