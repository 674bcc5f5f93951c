/// The names of a store's tables, as SQL takes them.
struct Tables: Sendable, Hashable {
    let schema: String

    /// The schema as a quoted identifier.
    var quotedSchema: String { Tables.quoted(identifier: schema) }
    var messages: String { quotedSchema + ".chat_messages" }
    var sessions: String { quotedSchema + ".chat_sessions" }
    /// Who the database is: one row.
    var store: String { quotedSchema + ".chat_store" }
    /// The ids of messages whose rows are gone.
    var gone: String { quotedSchema + ".chat_gone_messages" }
    /// The ids by which pages know messages that have another one.
    var aliases: String { quotedSchema + ".chat_message_aliases" }
    /// Which migrations were run.
    var migrations: String { quotedSchema + ".chat_migrations" }

    /// Any text as an identifier.
    static func quoted(identifier: String) -> String {
        "\"" + doubled("\"", in: identifier) + "\""
    }

    /// Any text as a literal, with standard_conforming_strings on or off.
    static func quoted(literal: String) -> String {
        let quoted = "'" + doubled("'", in: literal) + "'"
        return literal.utf8.contains(UInt8(ascii: "\\")) ? " E" + doubled("\\", in: quoted) : quoted
    }

    private static func doubled(_ character: Character, in text: String) -> String {
        text.reduce(into: "") { result, next in
            if next == character { result.append(character) }
            result.append(next)
        }
    }
}
