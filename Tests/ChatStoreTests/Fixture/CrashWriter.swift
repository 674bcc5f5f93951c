import Foundation

/// A StoreCrashWriter under way.
struct CrashWriter {
    private let process: Process
    private let output: Pipe

    /// - Parameter fileLimitBytes: Makes it a writer that fills its disk: see StoreCrashWriter.
    init(_ place: any StorePlace, seed: UInt64, fileLimitBytes: Int? = nil) throws {
        process = Process()
        process.executableURL = CrashWriter.program
        process.arguments = [String(seed)] + place.writerArguments
        if let fileLimitBytes {
            process.environment = ProcessInfo.processInfo.environment.merging(
                ["STORE_FILE_LIMIT_BYTES": String(fileLimitBytes)]) { $1 }
        }
        output = Pipe()
        process.standardOutput = output
        try process.run()
    }

    /// The lines that the writer wrote until it ended by itself.
    func linesToTheEnd() async throws -> [String] {
        try await lines(untilKilledAfter: .max)
    }

    /// The lines that the writer wrote until it was killed, once it had written so many.
    func lines(untilKilledAfter count: Int) async throws -> [String] {
        let (process, output) = (Unchecked(process), Unchecked(output.fileHandleForReading))
        return await withCheckedContinuation { caller in
            // A thread of its own: reading blocks.
            Thread.detachNewThread {
                var text = Data()
                var lines = 0
                while true {
                    let more = output.value.availableData
                    guard !more.isEmpty else { break }
                    text += more
                    lines += more.count { $0 == UInt8(ascii: "\n") }
                    if lines >= count { kill(process.value.processIdentifier, SIGKILL) }
                }
                process.value.waitUntilExit()
                caller.resume(returning: String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init))
            }
        }
    }

    /// SwiftPM builds it beside the tests.
    private static var program: URL {
        let folder = Bundle.main.executableURL?.deletingLastPathComponent()
        return (folder ?? URL(fileURLWithPath: ".build/debug")).appendingPathComponent("StoreCrashWriter")
    }

    /// Foundation's classes are not Sendable; the one thread that has them is theirs alone.
    private struct Unchecked<Value>: @unchecked Sendable {
        let value: Value

        init(_ value: Value) {
            self.value = value
        }
    }
}
