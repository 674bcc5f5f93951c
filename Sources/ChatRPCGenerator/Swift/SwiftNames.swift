/// The Swift name of every message, enum and service that the request knows, and how to say it from where it is needed.
struct SwiftNames {
    /// The module that is being generated.
    let module: String
    private var paths: [String: [String]] = [:]
    private var modules: [String: String] = [:]
    private var services: [String: String] = [:]
    /// Names of types within messages of this module: these hide top-level ones.
    private var nestedNames: Set<String> = []

    init(_ catalog: TypeCatalog, generated: [FileDescriptor], options: GeneratorOptions) throws(GeneratorError) {
        module = options.module
        let own = Set(generated.map(\.name))
        for file in catalog.files {
            let isOwn = own.contains(file.name)
            let prefix = options.typePrefixes[file.package] ?? ""
            let home = isOwn ? module : options.importedModule(of: file.name)
            for message in file.messages { add(message, path: [], prefix: prefix, home: home, isOwn: isOwn) }
            for enumeration in file.enums {
                add(enumeration.fullName, [Self.topLevel(enumeration.name, prefix)], home, isOwn)
            }
            for service in file.services { services[service.fullName] = prefix + Identifier.type(service.name) }
        }
        try checkNames(generated)
    }

    /// The last part: what the declaration says.
    func declaredName(of fullName: String) -> String {
        Identifier.declared(paths[fullName]?.last ?? fullName)
    }

    /// With the types around it, for example `BatchCreateMessagesResponse.Result`; with the module where it is another
    /// one, or where a nested type could hide it.
    func reference(to fullName: String) throws(GeneratorError) -> String {
        guard let path = paths[fullName], let home = modules[fullName] else {
            throw GeneratorError(
                "\(fullName) is in a file that is neither generated nor in a known module: add import=PREFIX=MODULE")
        }
        let name = path.joined(separator: ".")
        return home != module || nestedNames.contains(path[0]) ? "\(home).\(name)" : name
    }

    /// What the declarations of a service begin with.
    func name(of service: ServiceDescriptor) -> String {
        services[service.fullName] ?? Identifier.type(service.name)
    }

    func module(of fullName: String) -> String? {
        modules[fullName]
    }

    private mutating func add(
        _ message: MessageDescriptor, path outer: [String], prefix: String, home: String?, isOwn: Bool
    ) {
        guard !message.isMapEntry else { return }
        let path = outer.isEmpty ? [Self.topLevel(message.name, prefix)] : outer + [Self.nested(message.name)]
        add(message.fullName, path, home, isOwn)
        for nested in message.messages { add(nested, path: path, prefix: prefix, home: home, isOwn: isOwn) }
        for nested in message.enums { add(nested.fullName, path + [Self.nested(nested.name)], home, isOwn) }
    }

    private mutating func add(_ fullName: String, _ path: [String], _ home: String?, _ isOwn: Bool) {
        paths[fullName] = path
        modules[fullName] = home
        if isOwn, path.count > 1 { nestedNames.insert(path[path.count - 1]) }
    }

    private static func topLevel(_ name: String, _ prefix: String) -> String {
        ReservedNames.type(prefix + Identifier.type(name), isNested: false)
    }

    private static func nested(_ name: String) -> String {
        ReservedNames.type(Identifier.type(name), isNested: true)
    }

    /// No two declarations may have one name.
    private func checkNames(_ generated: [FileDescriptor]) throws(GeneratorError) {
        var owners: [String: String] = [:]
        func claim(_ name: String, _ owner: String, _ file: String) throws(GeneratorError) {
            guard let other = owners.updateValue(owner, forKey: name) else { return }
            let advice = name.contains(".") ? "rename one of them" : "add prefix=PACKAGE=PREFIX"
            throw GeneratorError(
                file: file, element: owner, "\(other) has the same name in Swift, \(name): \(advice)")
        }
        for file in generated {
            let types = file.allMessages.filter { !$0.isMapEntry }.map(\.fullName) + file.allEnums.map(\.fullName)
            for fullName in types { try claim((paths[fullName] ?? []).joined(separator: "."), fullName, file.name) }
            for service in file.services {
                let name = name(of: service)
                for suffix in ["", "Handler", "Client"] { try claim(name + suffix, service.fullName, file.name) }
                for method in service.methods {
                    try claim("\(name).\(method.swiftName)", "\(service.fullName).\(method.name)", file.name)
                }
            }
        }
    }
}
