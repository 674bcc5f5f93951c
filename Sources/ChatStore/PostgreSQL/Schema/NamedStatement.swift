/// A statement that a connection prepares when it is set up.
struct NamedStatement: Sendable, Hashable {
    let name: String
    let sql: String
}
