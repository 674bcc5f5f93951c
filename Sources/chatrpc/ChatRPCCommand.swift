import ArgumentParser

/// The command `chatrpc`: arguments and nothing else.
@main
struct ChatRPCCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chatrpc",
        abstract: "A chat-history server: gRPC and REST on one port, durable in PostgreSQL or SQLite.",
        version: "0.1.0",
        subcommands: [Serve.self, Migrate.self],
        defaultSubcommand: Serve.self)
}
