/// The names that protoc-gen-c 1.4.1 gives to the C form of proto elements.
enum CName {
    /// The package that a file without one has in C ((pb_c_file).c_package): Swift would take structs without a prefix
    /// for its own types of that name.
    static let namelessPackage = "nameless"

    /// The function that fills a message's struct with its defaults: `chatrpc__v1__new_message__init`.
    static func initializer(ofMessage fullName: String, in file: FileDescriptor?) -> String {
        lower(fullName, in: file) + "__init"
    }

    /// The full name as it begins the names of the message's functions.
    static func lower(_ fullName: String, in file: FileDescriptor?) -> String {
        lower(file?.package == "" ? "\(namelessPackage).\(fullName)" : fullName)
    }

    /// Each part of the name in lower snake case, joined by two underscores.
    private static func lower(_ fullName: String) -> String {
        fullName.split(separator: ".").map { snakeCase($0) }.joined(separator: "__")
    }

    /// The header of a proto file, below the include directory.
    static func header(of file: String) -> String {
        (file.hasSuffix(".proto") ? String(file.dropLast(6)) : file) + ".pb-c.h"
    }

    static func camelCase(_ name: some StringProtocol) -> String {
        var result = ""
        var startsWord = true
        for character in name {
            if character == "_" {
                startsWord = true
            } else {
                result += startsWord ? character.uppercased() : String(character)
                startsWord = false
            }
        }
        return result
    }

    private static func snakeCase(_ name: some StringProtocol) -> String {
        var result = ""
        var wasUpper = true
        for character in name {
            let isUpper = character.isUppercase
            if isUpper, !wasUpper { result += "_" }
            result += character.lowercased()
            wasUpper = isUpper
        }
        return result
    }

    /// Words that can't name a member of a struct: C11's and C++17's keywords, and what compilers define on Linux.
    static let reservedMembers: Set<String> = [
        "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch",
        "char", "class", "compl", "const", "const_cast", "constexpr", "continue", "decltype", "default", "delete",
        "do", "double", "dynamic_cast", "else", "enum", "explicit", "export", "extern", "false", "float", "for",
        "friend", "goto", "i386", "if", "inline", "int", "linux", "long", "mutable", "namespace", "new", "noexcept",
        "not", "not_eq", "nullptr", "operator", "or", "or_eq", "private", "protected", "public", "register",
        "reinterpret_cast", "restrict", "return", "short", "signed", "sizeof", "static", "static_assert",
        "static_cast", "struct", "switch", "template", "this", "thread_local", "throw", "true", "try", "typedef",
        "typeid", "typename", "typeof", "union", "unix", "unsigned", "using", "virtual", "void", "volatile",
        "wchar_t", "while", "xor", "xor_eq",
    ]
}
