/// Which database to use, of all that may say so. In this order:
///
/// 1. the argument `--database`
/// 2. `DATABASE_URL` of the environment
/// 3. the configuration file's `database` section, and for what it leaves out `POSTGRES_DB`, `POSTGRES_USER`,
///    `POSTGRES_PASSWORD`, `POSTGRES_HOST` and `POSTGRES_PORT` of the environment; a file that says nothing of the database
///    leaves it to those, which count where `POSTGRES_DB` is set
/// 4. a SQLite file in the user's data directory
///
/// An empty value says nothing.
public struct DatabaseChoice: Sendable {
    public let database: DatabaseURL
    /// The PostgreSQL schema of the tables: the argument's, or else the file's, whatever says where the database is.
    public let schema: String?

    /// - Throws: ``ConfigurationError`` that says what is wrong or missing.
    public init(
        argument: String?, schemaArgument: String? = nil, configurationFile: String?, environment: [String: String]
    ) throws {
        let section = try configurationFile.map { try DatabaseSection(file: $0, environment: environment) }
        try self.init(
            argument: argument, schemaArgument: schemaArgument, section: section, environment: environment)
    }

    init(
        argument: String?, schemaArgument: String? = nil, section: DatabaseSection?, environment: [String: String]
    ) throws {
        schema = [schemaArgument, section?.schema].compactMap { $0 }.first { !$0.isEmpty }
        let urls = [argument, environment["DATABASE_URL"]].compactMap { $0 }
        if let url = urls.first(where: { !$0.isEmpty }) {
            database = try DatabaseURL(url)
        } else if let connection = try Self.connection(section?.values ?? [:], environment) {
            database = .postgresql(connection: connection)
        } else {
            database = try .standard(environment: environment)
        }
    }

    private static let variables: [DatabaseSection.Member: String] = [
        .name: "POSTGRES_DB", .user: "POSTGRES_USER", .password: "POSTGRES_PASSWORD", .host: "POSTGRES_HOST",
        .port: "POSTGRES_PORT",
    ]

    /// libpq's words for them.
    private static let keywords: [DatabaseSection.Member: String] = [
        .name: "dbname", .user: "user", .password: "password", .host: "host", .port: "port",
    ]

    private static func connection(
        _ configured: [DatabaseSection.Member: String], _ environment: [String: String]
    ) throws -> String? {
        var values = configured
        for (member, variable) in variables where values[member] == nil {
            if let value = environment[variable], !value.isEmpty { values[member] = value }
        }
        guard values[.name] != nil else {
            guard configured.isEmpty else {
                throw ConfigurationError(
                    "the configuration file's database section names no db_name, and POSTGRES_DB is not set")
            }
            return nil
        }
        if values[.host] == nil { values[.host] = "localhost" }
        if let port = values[.port] {
            guard let number = Int(port), (1...65535).contains(number) else {
                throw ConfigurationError("the database's port has to be 1 to 65535")
            }
        }
        return DatabaseSection.Member.allCases.compactMap { member in
            values[member].map { "\(keywords[member]!)=\(quoted($0))" }
        }.joined(separator: " ")
    }

    /// A value in a keyword/value connection string (PostgreSQL manual, 34.1.1.1).
    private static func quoted(_ value: String) -> String {
        var text = "'"
        for character in value.unicodeScalars {
            if character == "'" || character == "\\" { text += "\\" }
            text.unicodeScalars.append(character)
        }
        return text + "'"
    }
}
