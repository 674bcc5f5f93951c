import ChatStore
import Testing

@Suite("SQLite URLs")
struct SQLiteConfigurationTests {
    @Test(
        "An absolute path after three slashes, percent escapes included",
        arguments: [
            ("sqlite:///var/lib/chat.db", "/var/lib/chat.db"), ("sqlite:///a%20b/%C3%A9.db", "/a b/é.db"),
            ("sqlite:///x%2Fy.db", "/x/y.db"), ("sqlite:///é.db", "/é.db"),
        ])
    func paths(_ url: String, _ path: String) throws {
        #expect(try SQLiteConfiguration(url: url).path == path)
    }

    @Test(
        "Everything else is refused",
        arguments: [
            "", "sqlite:", "sqlite://", "sqlite:///", "sqlite:///folder/", "sqlite://relative.db", "sqlite:memory",
            "sqlite://:memory:", "postgresql:///x", "/var/lib/chat.db", "sqlite:///a%2", "sqlite:///a%zz",
            "sqlite:///a%+1", "sqlite:///a%00b", "sqlite:///a%FF",
        ])
    func refused(_ url: String) {
        #expect(throws: StoreError.self) { try SQLiteConfiguration(url: url) }
    }
}
