internal import Foundation
internal import Yams

/// The `database` section of a configuration file (YAML), as existing deployments have it:
///
///     database:
///       db_name: chat
///       user: chat
///       password: ${POSTGRES_PASSWORD}
///       host: db.example
///       port: 5432
///       chat_history: {schema: radbot_chathistory, db_name: null, user: null, password: null, host: null, port: null}
///
/// What `chat_history` says goes before what stands beside it; null and an empty text say nothing. `${NAME}` stands for a
/// variable of the environment, and for nothing where that is not set. Other sections and members are other programs'.
struct DatabaseSection: Sendable {
    /// The members that say where the database is.
    enum Member: String, CaseIterable, Sendable {
        case name = "db_name"
        case user, password, host, port
    }

    private static let maximumFileBytes = 1 << 20

    private(set) var values: [Member: String] = [:]
    /// `database.chat_history.schema`.
    private(set) var schema: String?

    /// - Throws: ``ConfigurationError`` that names the file and what is wrong in it; it repeats no value.
    init(file path: String, environment: [String: String]) throws {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw ConfigurationError("the configuration file \(path) can't be read")
        }
        defer { try? file.close() }
        guard let bytes = try? file.read(upToCount: Self.maximumFileBytes + 1) ?? Data() else {
            throw ConfigurationError("the configuration file \(path) can't be read")
        }
        guard bytes.count <= Self.maximumFileBytes else {
            throw ConfigurationError("the configuration file \(path) is over 1 MiB")
        }
        do throws(ConfigurationError) {
            try self.init(yaml: String(decoding: bytes, as: UTF8.self), environment: environment)
        } catch {
            throw ConfigurationError("the configuration file \(path): \(error.description)")
        }
    }

    init(yaml: String, environment: [String: String]) throws(ConfigurationError) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch {
            throw ConfigurationError("it is not YAML" + Self.place(of: error))
        }
        guard let root, let database = try Self.section("database", of: root, at: "") else { return }
        let chatHistory = try Self.section("chat_history", of: database, at: "database.")
        for member in Member.allCases {
            let own = try chatHistory.flatMap { node throws(ConfigurationError) in
                try Self.text(member.rawValue, of: node, at: "database.chat_history.", environment)
            }
            if let own {
                values[member] = own
            } else if let main = try Self.text(member.rawValue, of: database, at: "database.", environment) {
                values[member] = main
            }
        }
        if let chatHistory {
            schema = try Self.text("schema", of: chatHistory, at: "database.chat_history.", environment)
        }
    }

    private static func section(_ name: String, of node: Node, at place: String) throws(ConfigurationError) -> Node? {
        guard node.mapping != nil else {
            let what = place.isEmpty ? "its top level" : String(place.dropLast())
            throw ConfigurationError("\(what) has to be a mapping")
        }
        guard let section = node[name], !section.isNull else { return nil }
        guard section.mapping != nil else { throw ConfigurationError("\(place)\(name) has to be a mapping") }
        return section
    }

    private static func text(
        _ name: String, of section: Node, at place: String, _ environment: [String: String]
    ) throws(ConfigurationError) -> String? {
        guard let node = section[name], !node.isNull else { return nil }
        guard let written = node.scalar?.string else { throw ConfigurationError("\(place)\(name) has to be a text") }
        let text = try expanded(written, environment, place + name)
        guard !text.utf8.contains(0) else { throw ConfigurationError("\(place)\(name) holds a NUL") }
        return text.isEmpty ? nil : text
    }

    /// With `${NAME}` replaced, once: what a variable holds is taken as it is.
    private static func expanded(
        _ text: String, _ environment: [String: String], _ place: String
    ) throws(ConfigurationError) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.range(of: "${") {
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                throw ConfigurationError("\(place): ${ without a }")
            }
            result += rest[..<start.lowerBound]
            result += environment[String(rest[start.upperBound..<end])] ?? ""
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    /// Where the reader stopped. Its own words would quote the line, which may hold a password.
    private static func place(of error: any Error) -> String {
        switch error as? YamlError {
        case .scanner(_, _, let mark, _)?, .parser(_, _, let mark, _)?, .composer(_, _, let mark, _)?:
            ": line \(mark.line), column \(mark.column)"
        default: ""
        }
    }
}

extension Node {
    /// An unquoted null, `~`, or nothing at all (YAML 1.2, section 10.2.1.1).
    fileprivate var isNull: Bool { tag == Tag(.null) }
}
