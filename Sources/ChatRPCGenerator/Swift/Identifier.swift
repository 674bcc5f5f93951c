/// Swift identifiers from proto names.
///
/// Words are split at underscores; fields, methods and enum cases are lower camel case, types upper camel case. Words
/// that are acronyms in Swift's own libraries are upper case wherever they don't begin the name: `session_id` is
/// `sessionID`.
enum Identifier {
    private static let acronyms = [
        "http": "HTTP", "https": "HTTPS", "id": "ID", "ids": "IDs", "json": "JSON", "uri": "URI", "url": "URL",
        "urls": "URLs",
    ]

    /// For a field, method, enum value or oneof: `agent_name` → `agentName`, `NOT_SERVING` → `notServing`.
    static func lowerCamel(_ name: some StringProtocol) -> String {
        let words = words(name)
        guard let first = words.first else { return "_" }
        let result = lowerFirst(first) + words.dropFirst().map(capitalized).joined()
        return startsWithDigit(result) ? "_" + result : result
    }

    /// For a type or oneof: `foo_bar` → `FooBar`; what is in camel case already stays so.
    static func upperCamel(_ name: some StringProtocol) -> String {
        let result = words(name).map(capitalized).joined()
        return startsWithDigit(result) ? "_" + result : result
    }

    /// For a message, enum or service, whose names are in upper camel case by convention: kept as they are but for the
    /// first letter.
    static func type(_ name: String) -> String {
        name.prefix(1).uppercased() + name.dropFirst()
    }

    /// In backticks where Swift needs them.
    static func declared(_ name: String) -> String {
        keywords.contains(name) ? "`\(name)`" : name
    }

    /// "THE_WORDS" of a name in camel case, for comparing the beginning of an enum's values with its name.
    static func upperSnake(_ name: String) -> String {
        var result = ""
        var before: Character = "_"
        for character in name {
            if character.isUppercase, before != "_", !before.isUppercase { result += "_" }
            result += character.uppercased()
            before = character
        }
        return result
    }

    static func startsWithDigit(_ name: some StringProtocol) -> Bool {
        name.first?.isNumber ?? true
    }

    private static func words(_ name: some StringProtocol) -> [String] {
        // A name without a lower-case letter is a constant's: its words are put in lower case first.
        let text = name.contains(where: \.isLowercase) ? String(name) : name.lowercased()
        return text.split(separator: "_").map(String.init)
    }

    private static func capitalized(_ word: String) -> String {
        acronyms[word] ?? word.prefix(1).uppercased() + word.dropFirst()
    }

    /// `URLPath` → `urlPath`, `Name` → `name`, `ID` → `id`.
    private static func lowerFirst(_ word: String) -> String {
        let capitals = word.prefix(while: \.isUppercase)
        let isAcronym = capitals.count > 1 && capitals.count < word.count
        let count =
            isAcronym && word.dropFirst(capitals.count).first?.isLowercase == true
            ? capitals.count - 1 : capitals.count
        return word.prefix(count).lowercased() + word.dropFirst(count)
    }

    /// Swift's keywords that have to be in backticks where a member or type of that name is declared.
    private static let keywords: Set<String> = [
        "associatedtype", "as", "break", "case", "catch", "class", "continue", "default", "defer", "deinit", "do",
        "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard", "if", "import",
        "in", "init", "inout", "internal", "is", "let", "nil", "operator", "precedencegroup", "private", "protocol",
        "public", "repeat", "rethrows", "return", "self", "static", "struct", "subscript", "super", "switch", "throw",
        "throws", "true", "try", "typealias", "var", "where", "while",
    ]
}
