import ArgumentParser
import ChatRPCServer
import ChatStore
import Foundation

/// `chatrpc migrate`: brings the database to the shape that this version knows, apart from a server.
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database's tables to this version.",
        discussion: """
            Servers do it themselves when they start. Tables that the program before this one made are upgraded in place, \
            and it may go on meanwhile and afterwards, until --contract. It can be interrupted and begun again.
            """)

    @OptionGroup(title: "Database")
    var database: DatabaseOptions

    @Flag(help: "Say what would be done, and change nothing.")
    var dryRun = false

    @Flag(help: "Also drop what only the program before this one needs, which must not run any more.")
    var contract = false

    @Flag(help: "Go on with a database that may lose acknowledged messages when its machine fails.")
    var allowUnsafeDurability = false

    func validate() throws {
        if dryRun && contract { throw ValidationError("--dry-run and --contract exclude each other") }
    }

    func run() async throws {
        do {
            let migration = try DatabaseMigration(
                try database.choice(), allowUnsafeDurability: allowUnsafeDurability)
            if dryRun {
                let steps = try await migration.pending()
                print(steps.isEmpty ? "nothing to do" : steps.joined(separator: "\n"))
            } else {
                try await migration.run(contract: contract) { step in
                    FileHandle.standardError.write(Data("\(step)\n".utf8))
                }
                print("the database is up to date")
            }
        } catch {
            let words = (error as? StoreError)?.message ?? "\(error)"
            FileHandle.standardError.write(Data("chatrpc: \(words)\n".utf8))
            throw ExitCode.failure
        }
    }
}
