/// The names of a struct's members that C accepts. Nothing in Swift uses them: fields are found by index.
///
/// protoc-gen-c puts `base`, counts (`n_` and a repeated field's name) and cases (a oneof's name and `_case`) into the
/// same struct, and lower-cases field names; it avoids keywords but no other clash. A field that would clash gets its
/// number behind its name, a oneof its place.
struct CMemberNames {
    /// By field number.
    private(set) var fields: [Int32: String] = [:]
    /// By index.
    private(set) var oneofs: [String] = []

    init(_ message: MessageDescriptor) {
        var members: Set<String> = ["base"]
        var types = Set(
            message.messages.map { CName.camelCase($0.name) } + message.enums.map { CName.camelCase($0.name) })
        for (index, oneof) in message.oneofs.enumerated() {
            var name = oneof.name
            while members.contains(name.lowercased() + "_case") || types.contains(CName.camelCase(name) + "Case") {
                name += "_\(index)"
            }
            members.insert(name.lowercased() + "_case")
            types.insert(CName.camelCase(name) + "Case")
            oneofs.append(name)
        }
        for field in message.fields {
            var name = field.name
            while !Self.isFree(name, repeated: field.isRepeated, members) { name += "_\(field.number)" }
            members.insert(name.lowercased())
            if field.isRepeated { members.insert("n_" + name.lowercased()) }
            fields[field.number] = name
        }
    }

    private static func isFree(_ name: String, repeated: Bool, _ members: Set<String>) -> Bool {
        let lower = name.lowercased()
        return !members.contains(lower) && !CName.reservedMembers.contains(lower)
            && !(repeated && members.contains("n_" + lower))
    }
}
