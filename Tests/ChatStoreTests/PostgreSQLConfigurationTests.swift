import ChatStore
import Testing

@Suite("A database URL is read strictly, and its password never shown")
struct PostgreSQLConfigurationTests {
    @Test(
        "Good ones are taken",
        arguments: [
            "postgresql://user:secret@localhost:5433/chat", "postgres://localhost/chat?sslmode=require",
            "postgresql://a:1,b:2/chat?target_session_attrs=any", "host=localhost dbname=chat", "postgresql://",
        ])
    func good(_ url: String) throws {
        let configuration = try PostgresConfiguration(url: url)
        #expect(configuration.schema == "radbot_chathistory")
        #expect(!String(describing: configuration).contains("secret"))
        #expect(!String(reflecting: configuration).contains("secret"))
    }

    @Test(
        "Wrong ones are refused by a message that names what is wrong and quotes no password",
        arguments: [
            ("postgresql://user:sec%ret@localhost/chat", "percent"),
            ("postgresql://user:secret@localhost/chat?slmode=require", "slmode"),
            ("postgresql://user:secret@localhost:99999/chat", "port"),
            ("postgresql://user:secret@[::1/chat", "]"),
            ("host=localhost password=secret sec'ret", "="),
            ("password='secret", "quoted"),
            ("nonsense secret", "="),
        ])
    func bad(_ url: String, _ word: String) {
        let error = #expect(throws: PostgresConfigurationError.self) { try PostgresConfiguration(url: url) }
        #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("ret") == false, "\(error?.description ?? "")")
    }

    @Test(
        "A schema has a name that PostgreSQL can take",
        arguments: ["", "pg_mine", String(repeating: "x", count: 64), "a\0b"])
    func schema(_ name: String) {
        #expect(throws: PostgresConfigurationError.self) {
            try PostgresConfiguration(url: "postgresql://localhost/chat", schema: name)
        }
    }
}
