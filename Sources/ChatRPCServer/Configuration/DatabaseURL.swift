import Foundation

/// Which store to use, from a URL such as `sqlite:///var/lib/chatrpc/chatrpc.db` or
/// `postgresql://user:password@host:5432/database`.
public enum DatabaseURL: Sendable, Hashable {
    /// The path of a database file.
    case sqlite(path: String)
    /// A connection string as libpq takes it, a URI or keywords and values (PostgreSQL manual, "Connection Strings").
    case postgresql(connection: String)

    /// - Throws: ``ConfigurationError`` that says which forms there are. It never repeats the URL, which may hold a
    ///   password.
    public init(_ text: String) throws {
        if text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") {
            self = .postgresql(connection: text)
        } else if text.hasPrefix("sqlite://") {
            self = .sqlite(path: try Self.path(ofSQLiteURL: text))
        } else {
            throw ConfigurationError(
                "the database URL has to begin with sqlite:/// or postgresql://, and this one does not")
        }
    }

    private static func path(ofSQLiteURL text: String) throws -> String {
        let rest = text.dropFirst("sqlite://".count)
        guard rest.hasPrefix("/"), rest.count > 1, !rest.hasSuffix("/") else {
            throw ConfigurationError(
                "a SQLite URL needs the absolute path of a file after three slashes: sqlite:///path/to/chatrpc.db")
        }
        guard let path = rest.removingPercentEncoding, !path.utf8.contains(0) else {
            throw ConfigurationError("the path of the SQLite URL has a broken percent escape")
        }
        return path
    }

    /// The file to use where nothing is configured: `chatrpc/chatrpc.db` in the user's data directory
    /// (XDG Base Directory Specification: `$XDG_DATA_HOME`, or else `~/.local/share`).
    public static func standard(environment: [String: String]) throws -> DatabaseURL {
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
            return .sqlite(path: data + "/chatrpc/chatrpc.db")
        }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw ConfigurationError(
                "there is no place for the data: neither XDG_DATA_HOME nor HOME is set; use --database")
        }
        return .sqlite(path: home + "/.local/share/chatrpc/chatrpc.db")
    }
}

/// A configuration that the server can't start with. The message is for the person who wrote it.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}
