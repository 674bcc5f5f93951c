import ArgumentParser
import ChatRPCServer
import Foundation

/// Which database a command is for.
struct DatabaseOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "sqlite:///path/to/file.db or postgresql://user:password@host:port/database.",
            discussion: """
                Without it the environment's DATABASE_URL counts, then the configuration file with POSTGRES_DB, \
                POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_HOST and POSTGRES_PORT behind it, and without those a SQLite \
                file in the user's data directory: $XDG_DATA_HOME/chatrpc/chatrpc.db.
                """,
            valueName: "URL"))
    var database: String?

    @Option(
        help: ArgumentHelp(
            "A YAML file whose section database says where PostgreSQL is; its other sections are ignored.",
            valueName: "FILE"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "The PostgreSQL schema of the tables: radbot_chathistory unless it or the configuration file says otherwise.",
            valueName: "NAME"))
    var schema: String?

    func choice() throws -> DatabaseChoice {
        try DatabaseChoice(
            argument: database, schemaArgument: schema, configurationFile: config,
            environment: ProcessInfo.processInfo.environment)
    }
}
