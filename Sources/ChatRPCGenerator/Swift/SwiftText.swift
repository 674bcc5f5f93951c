/// Swift source as it is written, line by line, with its indentation.
struct SwiftText {
    private(set) var text = ""
    private var depth = 0

    /// One line, or several; an empty one has no indentation.
    mutating func line(_ content: String = "") {
        for part in content.split(separator: "\n", omittingEmptySubsequences: false) {
            text += part.isEmpty ? "\n" : String(repeating: "    ", count: depth) + part + "\n"
        }
    }

    /// `opening {`, what is inside, `}`.
    mutating func block<E: Error>(
        _ opening: String, closing: String = "}", _ inside: (inout SwiftText) throws(E) -> Void
    ) throws(E) {
        line(opening + " {")
        depth += 1
        try inside(&self)
        depth -= 1
        line(closing)
    }

    /// A `switch`: its cases stand below it, not further in.
    mutating func cases<E: Error>(of subject: String, _ inside: (inout SwiftText) throws(E) -> Void) throws(E) {
        line("switch \(subject) {")
        try inside(&self)
        line("}")
    }

    /// Lines one step further in.
    mutating func indented<E: Error>(_ inside: (inout SwiftText) throws(E) -> Void) throws(E) {
        depth += 1
        try inside(&self)
        depth -= 1
    }

    /// The comment of a proto element as a doc comment, or `otherwise`.
    mutating func documentation(_ comment: String, otherwise: String = "", isDeprecated: Bool = false) {
        let comment = comment.isEmpty ? otherwise : comment
        if !comment.isEmpty {
            for part in comment.split(separator: "\n", omittingEmptySubsequences: false) {
                line(part.isEmpty ? "///" : "/// \(part)")
            }
        }
        if isDeprecated { line("@available(*, deprecated)") }
    }

    /// A Swift string literal.
    static func literal(_ value: String) -> String {
        var result = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
