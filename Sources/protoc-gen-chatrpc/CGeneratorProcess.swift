import Foundation

/// protoc-gen-c as a child process.
enum CGeneratorProcess {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs the `protoc-gen-c` that `PATH` finds. It reads all of its request before it answers.
    static func run(_ request: [UInt8]) throws -> [UInt8] {
        let process = Process()
        process.executableURL = try find("protoc-gen-c")
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(request))
        try input.fileHandleForWriting.close()
        let answer = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "it ended with status \(process.terminationStatus)")
        }
        return [UInt8](answer)
    }

    private static func find(_ name: String) throws -> URL {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        for folder in path.split(separator: ":") {
            let candidate = "\(folder)/\(name)"
            if FileManager.default.isExecutableFile(atPath: candidate) { return URL(fileURLWithPath: candidate) }
        }
        throw Failure(description: "\(name) is not installed (Debian: protobuf-c-compiler)")
    }
}
