import ArgumentParser
import ChatRPCServer
import Foundation
import Logging
import RPCTransport

/// `chatrpc serve`: runs the server until SIGINT or SIGTERM.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the server.",
        discussion: """
            Once it listens, it prints one line to standard output: ready http://HOST:PORT, or https:// with \
            TLS. Logs go to standard error. SIGINT or SIGTERM ends it after the calls under way are done.
            """)

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 takes a free one.")
    var port = 8080

    @OptionGroup(title: "Database")
    var database: DatabaseOptions

    @Option(help: "Threads that serve connections; as many as there are processors unless given.")
    var eventLoops: Int?

    @Option(
        help: "How much to log: trace, debug, info, notice, warning, error or critical.",
        transform: { text in
            guard let level = Logger.Level(rawValue: text) else {
                throw ValidationError("there is no log level \(text)")
            }
            return level
        })
    var logLevel = Logger.Level.info

    @Option(
        help: ArgumentHelp(
            "Serve metrics in Prometheus's format at http://127.0.0.1:PORT/metrics; 0 takes a free port.",
            valueName: "PORT"))
    var metricsPort: Int?

    @Option(
        help: ArgumentHelp(
            "How long calls under way may take once the server has been told to end; then they are cut off.",
            valueName: "SECONDS"))
    var shutdownGraceSeconds = 10

    @OptionGroup(title: "TLS")
    var tls: TLSOptions

    @Flag(help: "Listen on other addresses than loopback, although there is no authentication.")
    var insecurePublicAccess = false

    @Flag(help: "Serve even from a database that may lose acknowledged messages when its machine fails.")
    var allowUnsafeDurability = false

    func validate() throws {
        guard (0...65535).contains(port) else {
            throw ValidationError("--port has to be 0 to 65535 and is \(port)")
        }
        guard (0...3600).contains(shutdownGraceSeconds) else {
            throw ValidationError("--shutdown-grace-seconds has to be 0 to 3600 and is \(shutdownGraceSeconds)")
        }
        if let metricsPort, !(0...65535).contains(metricsPort) {
            throw ValidationError("--metrics-port has to be 0 to 65535 and is \(metricsPort)")
        }
        if let eventLoops, !(1...1024).contains(eventLoops) {
            throw ValidationError("--event-loops has to be 1 to 1024 and is \(eventLoops)")
        }
    }

    func run() async throws {
        let level = logLevel
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        let logger = Logger(label: "chatrpc")
        do {
            try await ChatServer(configuration: try configuration(), logger: logger).run { url in
                FileHandle.standardOutput.write(Data("ready \(url)\n".utf8))
            }
        } catch {
            FileHandle.standardError.write(Data("chatrpc: \(error)\n".utf8))
            throw ExitCode.failure
        }
    }

    private func configuration() throws -> ServerConfiguration {
        let choice = try database.choice()
        var configuration = ServerConfiguration(
            database: choice.database, eventLoops: eventLoops ?? ProcessInfo.processInfo.activeProcessorCount)
        configuration.databaseSchema = choice.schema
        configuration.host = host
        configuration.port = port
        configuration.metricsPort = metricsPort
        configuration.shutdownGraceSeconds = shutdownGraceSeconds
        configuration.tls = tls.configuration
        configuration.insecurePublicAccess = insecurePublicAccess
        configuration.allowUnsafeDurability = allowUnsafeDurability
        return configuration
    }
}
