import Testing

@testable import ChatRPCServer

@Suite struct DatabaseSectionTests {
    @Test func chatHistoryGoesBeforeWhatStandsBesideIt() throws {
        let section = try DatabaseSection(
            yaml: """
                agent: {main_model: something}
                database:
                  db_name: main
                  user: someone
                  port: 5433
                  chat_history: {schema: chats, db_name: own, user: null, port: ~}
                """, environment: [:])
        #expect(section.values == [.name: "own", .user: "someone", .port: "5433"])
        #expect(section.schema == "chats")
    }

    @Test func variablesOfTheEnvironmentAreFilledIn() throws {
        let section = try DatabaseSection(
            yaml: """
                database:
                  db_name: "${NAME}"
                  user: a-${NAME}-${MISSING}b
                  password: "${PASSWORD}"
                  host: "${MISSING}"
                """, environment: ["NAME": "chat", "PASSWORD": "${NAME}"])
        #expect(section.values == [.name: "chat", .user: "a-chat-b", .password: "${NAME}"])
    }

    @Test(arguments: ["", "# nothing", "agent: {}", "database:", "database: null", "database: {chat_history: null}"])
    func aFileMaySayNothing(_ yaml: String) throws {
        let section = try DatabaseSection(yaml: yaml, environment: [:])
        #expect(section.values.isEmpty)
        #expect(section.schema == nil)
    }

    @Test func aQuotedNullIsAText() throws {
        let section = try DatabaseSection(yaml: #"database: {db_name: "null"}"#, environment: [:])
        #expect(section.values == [.name: "null"])
    }

    @Test(arguments: [
        ("[1, 2]", "top level"), ("database: 5", "database"),
        ("database: {chat_history: [a]}", "database.chat_history"),
        ("database: {password: [canary]}", "database.password"),
        ("database: {chat_history: {host: {a: canary}}}", "database.chat_history.host"),
        ("database: {password: \"${canary\"}", "database.password"),
        ("database: {password: \"canary\\0\"}", "database.password"),
        ("database: {password: canary", "line"), ("database:\n  password: 'canary", "line"), ("\tdatabase: 1", "line"),
    ])
    func whatIsWrongIsNamedAndNotRepeated(_ yaml: String, _ place: String) {
        let error = #expect(throws: ConfigurationError.self) { try DatabaseSection(yaml: yaml, environment: [:]) }
        #expect(error?.description.contains(place) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("canary") == false)
    }

    @Test func aFileThatIsNotThereIsNamed() {
        let error = #expect(throws: ConfigurationError.self) {
            try DatabaseSection(file: "/nowhere/config.yaml", environment: [:])
        }
        #expect(error?.description.contains("/nowhere/config.yaml") == true)
    }
}
