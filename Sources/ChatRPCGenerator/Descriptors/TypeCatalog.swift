/// Everything that the request's files define, by full name.
struct TypeCatalog {
    enum Definition {
        case message(MessageDescriptor)
        case enumeration(EnumDescriptor)
    }

    /// Each after its imports.
    let files: [FileDescriptor]
    private let definitions: [String: (definition: Definition, file: Int)]

    init(_ files: [FileDescriptor]) {
        self.files = files
        var definitions: [String: (Definition, Int)] = [:]
        for (index, file) in files.enumerated() {
            for message in file.allMessages { definitions[message.fullName] = (.message(message), index) }
            for enumeration in file.allEnums { definitions[enumeration.fullName] = (.enumeration(enumeration), index) }
        }
        self.definitions = definitions
    }

    func message(_ fullName: String) -> MessageDescriptor? {
        if case .message(let message) = definitions[fullName]?.definition { message } else { nil }
    }

    func enumeration(_ fullName: String) -> EnumDescriptor? {
        if case .enumeration(let enumeration) = definitions[fullName]?.definition { enumeration } else { nil }
    }

    func file(of fullName: String) -> FileDescriptor? {
        definitions[fullName].map { files[$0.file] }
    }

    func file(named name: String) -> FileDescriptor? {
        files.first { $0.name == name }
    }

    /// The entry message of a map field; nil for any other field.
    func mapEntry(of field: FieldDescriptor) -> MessageDescriptor? {
        guard field.isRepeated, field.kind == .message, let entry = message(field.typeName), entry.isMapEntry,
            entry.fields.count == 2
        else { return nil }
        return entry
    }

    /// The other files that define types of this file's fields, sorted.
    func filesReferenced(by file: FileDescriptor) -> [String] {
        let types = file.allMessages.flatMap(\.fields).map(\.typeName).filter { !$0.isEmpty }
        let names = Set(types.compactMap { self.file(of: $0)?.name }).subtracting([file.name])
        return names.sorted()
    }
}
