/// What `--chatrpc_opt` says, as `key=value` pairs separated by commas.
///
/// | key | value |
/// |---|---|
/// | `module` | the Swift module that the files become; required |
/// | `c_module` | its C module; without it `C` and the module's name |
/// | `import` | `PREFIX=MODULE`: proto files whose path begins with PREFIX are in that Swift module. The longest prefix wins |
/// | `prefix` | `PACKAGE=PREFIX`: types and services of that package get PREFIX before their Swift names |
/// | `openapi` | the path of the OpenAPI document to write, below the output directory |
/// | `title`, `version` | what the OpenAPI document calls itself |
struct GeneratorOptions {
    var module = ""
    var cModule = ""
    var imports: [(prefix: String, module: String)] = []
    var typePrefixes: [String: String] = [:]
    var openAPIPath: String?
    var title = "API"
    var version = "1"

    init(parameter: String) throws(GeneratorError) {
        for option in parameter.split(separator: ",") {
            let (key, value) = try Self.pair(option)
            switch key {
            case "module": module = String(value)
            case "c_module": cModule = String(value)
            case "import":
                let (prefix, module) = try Self.pair(value)
                imports.append((String(prefix), String(module)))
            case "prefix":
                let (package, prefix) = try Self.pair(value)
                typePrefixes[String(package)] = String(prefix)
            case "openapi": openAPIPath = String(value)
            case "title": title = String(value)
            case "version": version = String(value)
            default: throw GeneratorError("unknown option: \(key)")
            }
        }
        guard !module.isEmpty else { throw GeneratorError("the option module=NAME is missing") }
        if cModule.isEmpty { cModule = "C" + module }
    }

    /// The Swift module of a proto file that is not generated in this run; nil where none was named.
    func importedModule(of file: String) -> String? {
        imports.filter { file.hasPrefix($0.prefix) }.max { $0.prefix.count < $1.prefix.count }?.module
    }

    private static func pair(_ text: Substring) throws(GeneratorError) -> (Substring, Substring) {
        guard let equals = text.firstIndex(of: "=") else {
            throw GeneratorError("an option without a value: \(text)")
        }
        return (text[..<equals], text[text.index(after: equals)...])
    }
}
