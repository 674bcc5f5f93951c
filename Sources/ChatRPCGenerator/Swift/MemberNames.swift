/// The Swift names of a message's fields and oneofs, all different, with what is derived from them.
struct MemberNames {
    struct Field {
        /// `agentName`
        var name: String
        /// `AgentName`, as in `hasAgentName`
        var capitalized: String
    }

    /// By field number.
    private(set) var fields: [Int32: Field] = [:]
    /// By index: `kind`.
    private(set) var oneofs: [Int: String] = [:]
    /// By index: `OneOf_Kind`.
    private(set) var oneofTypes: [Int: String] = [:]

    init(_ message: MessageDescriptor) {
        var taken: Set<String> = []
        for field in message.fields {
            let base = ReservedNames.field(Identifier.lowerCamel(field.name))
            let capitalized = Identifier.upperCamel(field.name)
            var names = Field(name: base, capitalized: capitalized)
            if !taken.isDisjoint(with: Self.members(of: field, names)) {
                names = Field(name: "\(base)_\(field.number)", capitalized: "\(capitalized)_\(field.number)")
            }
            taken.formUnion(Self.members(of: field, names))
            fields[field.number] = names
        }
        for (index, oneof) in message.oneofs.enumerated() where !oneof.isSynthetic {
            let base = ReservedNames.field(Identifier.lowerCamel(oneof.name))
            oneofs[index] = taken.insert(base).inserted ? base : "\(base)_oneof"
            let type = "OneOf_" + Identifier.upperCamel(oneof.name)
            oneofTypes[index] = taken.insert(type).inserted ? type : "\(type)_\(index)"
        }
    }

    /// What a field puts into its message.
    private static func members(of field: FieldDescriptor, _ names: Field) -> Set<String> {
        var members: Set<String> = [names.name]
        guard !field.isRepeated else { return members }
        if field.hasPresence { members.formUnion(["has" + names.capitalized, "clear" + names.capitalized]) }
        if field.kind == .string { members.formUnion([names.name + "UTF8", "set" + names.capitalized]) }
        if field.kind == .bytes { members.insert(names.name + "Bytes") }
        return members
    }
}

extension FieldDescriptor {
    /// Whether a reader can tell a field that is not set from one that has its default.
    var hasPresence: Bool { !isRepeated && (oneof != nil || kind == .message) }
}
