import Testing

@testable import ChatRPCServer

/// The table of precedence: whatever may name a database, in every combination.
@Suite struct DatabaseChoiceTests {
    private static let home = ["HOME": "/home/me"]
    private static let everything: [String: String] = [
        "POSTGRES_DB": "env_name", "POSTGRES_USER": "env_user", "POSTGRES_PASSWORD": "env_password",
        "POSTGRES_HOST": "env.example", "POSTGRES_PORT": "1111",
    ]
    private static let file = """
        database:
          db_name: main_name
          user: main_user
          password: main_password
          host: main.example
          port: 2222
          chat_history:
            schema: file_schema
            db_name: own_name
            user: own_user
            password: own_password
            host: own.example
            port: 3333
        """

    private func choice(
        argument: String? = nil, yaml: String? = nil, _ environment: [String: String] = [:]
    ) throws -> DatabaseChoice {
        let environment = environment.merging(Self.home) { own, _ in own }
        let section = try yaml.map { try DatabaseSection(yaml: $0, environment: environment) }
        return try DatabaseChoice(argument: argument, section: section, environment: environment)
    }

    @Test func theArgumentGoesBeforeAll() throws {
        let environment = Self.everything.merging(["DATABASE_URL": "postgresql://variable/db"]) { own, _ in own }
        for argument in ["postgresql://argument/db", "sqlite:///argument.db"] {
            let choice = try choice(argument: argument, yaml: Self.file, environment)
            #expect(choice.database == (try DatabaseURL(argument)))
            // A URL can't name the schema.
            #expect(choice.schema == "file_schema")
        }
    }

    @Test func theVariableGoesBeforeTheFile() throws {
        let environment = Self.everything.merging(["DATABASE_URL": "postgresql://variable/db"]) { own, _ in own }
        for argument in [nil, ""] {
            let choice = try choice(argument: argument, yaml: Self.file, environment)
            #expect(choice.database == .postgresql(connection: "postgresql://variable/db"))
        }
    }

    @Test func anEmptyVariableSaysNothing() throws {
        let choice = try choice(["DATABASE_URL": ""])
        #expect(choice.database == .sqlite(path: "/home/me/.local/share/chatrpc/chatrpc.db"))
    }

    /// Each of the five values, by each of its three sources being there, empty (null) or absent.
    @Test(arguments: [
        ("db_name", "dbname", "POSTGRES_DB"), ("user", "user", "POSTGRES_USER"),
        ("password", "password", "POSTGRES_PASSWORD"), ("host", "host", "POSTGRES_HOST"),
        ("port", "port", "POSTGRES_PORT"),
    ])
    func eachValueHasItsOwnPrecedence(_ member: String, _ keyword: String, _ variable: String) throws {
        let isPort = member == "port"
        for own in ["set", "null", "absent", "empty"] {
            for main in ["set", "null", "absent", "empty"] {
                for variableValue in ["set", "absent", "empty"] {
                    // The others keep values of their own, so that only this one decides.
                    var yaml = "database:\n  unrelated: 8001\n"
                    if member != "db_name" { yaml += "  db_name: other\n" }
                    yaml += Self.line("  ", member, main, isPort ? "2222" : "main")
                    yaml += "  chat_history:\n    schema: some\n"
                    yaml += Self.line("    ", member, own, isPort ? "3333" : "own")
                    var environment: [String: String] = [:]
                    if variableValue != "absent" {
                        environment[variable] = variableValue == "set" ? (isPort ? "1111" : "variable") : ""
                    }
                    let expected: String? =
                        own == "set"
                        ? (isPort ? "3333" : "own")
                        : main == "set"
                            ? (isPort ? "2222" : "main")
                            : variableValue == "set"
                                ? (isPort ? "1111" : "variable") : (member == "host" ? "localhost" : nil)
                    let comment = Comment(rawValue: "\(member): own \(own), main \(main), variable \(variableValue)")
                    let database = try choice(yaml: yaml, environment).database
                    guard case .postgresql(let connection) = database else {
                        #expect(member == "db_name" && expected == nil, comment)
                        continue
                    }
                    let words = connection.split(separator: " ").map(String.init)
                    #expect(
                        words.first { $0.hasPrefix(keyword + "=") } == expected.map { "\(keyword)='\($0)'" }, comment)
                    #expect(words.contains("dbname='other'") == (member != "db_name"), comment)
                }
            }
        }
    }

    private static func line(_ indent: String, _ member: String, _ state: String, _ value: String) -> String {
        switch state {
        case "set": "\(indent)\(member): \(value)\n"
        case "null": "\(indent)\(member): null\n"
        case "empty": "\(indent)\(member): \"\"\n"
        default: ""
        }
    }

    @Test func theEnvironmentAloneNeedsTheNameOfADatabase() throws {
        var environment = Self.everything
        #expect(
            try choice(environment).database
                == .postgresql(
                    connection:
                        "dbname='env_name' user='env_user' password='env_password' host='env.example' port='1111'"))
        environment["POSTGRES_DB"] = nil
        #expect(try choice(environment).database == .sqlite(path: "/home/me/.local/share/chatrpc/chatrpc.db"))
        #expect(
            try choice(yaml: "agent: {}", environment).database
                == .sqlite(path: "/home/me/.local/share/chatrpc/chatrpc.db"))
    }

    @Test func aFileThatNamesNoDatabaseIsAMistake() throws {
        let error = #expect(throws: ConfigurationError.self) { try choice(yaml: "database: {host: a.example}") }
        #expect(error?.description.contains("db_name") == true)
    }

    @Test func theSchemaIsTheArgumentsOrElseTheFiles() throws {
        let section = try DatabaseSection(yaml: Self.file, environment: [:])
        for (argument, expected) in [("mine", "mine"), (nil, "file_schema"), ("", "file_schema")] {
            let choice = try DatabaseChoice(
                argument: "postgresql://h/d", schemaArgument: argument, section: section, environment: Self.home)
            #expect(choice.schema == expected)
        }
        #expect(try choice(argument: "postgresql://h/d").schema == nil)
    }

    @Test func valuesAreQuotedForLibpq() throws {
        let database = try choice(yaml: #"database: {db_name: "a b", password: "it's \\ host=evil"}"#).database
        #expect(
            database
                == .postgresql(connection: #"dbname='a b' password='it\'s \\ host=evil' host='localhost'"#))
    }

    @Test(arguments: ["0", "65536", "-1", "five", "5432; x"]) func aPortIsANumber(_ port: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try choice(yaml: "database: {db_name: a, port: \"\(port)\"}")
        }
        #expect(error?.description.contains("port") == true)
    }
}
