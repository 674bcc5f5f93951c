import Testing

@testable import ChatRPCServer

@Suite struct DatabaseURLTests {
    @Test func aSQLiteURLNamesAnAbsolutePath() throws {
        #expect(try DatabaseURL("sqlite:///var/lib/chat.db") == .sqlite(path: "/var/lib/chat.db"))
        #expect(try DatabaseURL("sqlite:///a%20b/chat.db") == .sqlite(path: "/a b/chat.db"))
    }

    @Test func aPostgreSQLURLIsLeftToLibpq() throws {
        let uri = "postgresql://me:secret@db.example:5432/chat?sslmode=require"
        #expect(try DatabaseURL(uri) == .postgresql(connection: uri))
    }

    @Test(arguments: [
        "", "chat.db", "mysql://me:secret@host/db", "sqlite://", "sqlite:///", "sqlite://relative/chat.db",
        "sqlite:///directory/", "sqlite:///bad%zz.db", "sqlite:///nul%00.db",
    ])
    func anythingElseIsRefusedWithoutBeingRepeated(_ text: String) {
        let error = #expect(throws: ConfigurationError.self) { try DatabaseURL(text) }
        #expect(error?.description.contains("secret") == false)
    }

    @Test func theDefaultIsInTheUsersDataDirectory() throws {
        #expect(
            try DatabaseURL.standard(environment: ["XDG_DATA_HOME": "/data", "HOME": "/home/me"])
                == .sqlite(path: "/data/chatrpc/chatrpc.db"))
        #expect(
            try DatabaseURL.standard(environment: ["HOME": "/home/me"])
                == .sqlite(path: "/home/me/.local/share/chatrpc/chatrpc.db"))
        // A relative XDG path counts as unset (XDG Base Directory Specification).
        #expect(
            try DatabaseURL.standard(environment: ["XDG_DATA_HOME": "data", "HOME": "/home/me"])
                == .sqlite(path: "/home/me/.local/share/chatrpc/chatrpc.db"))
        #expect(throws: ConfigurationError.self) { try DatabaseURL.standard(environment: [:]) }
    }
}
