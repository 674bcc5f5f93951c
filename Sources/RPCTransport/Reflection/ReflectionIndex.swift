internal import RPCCore

/// Finds proto files by what is in them.
struct ReflectionIndex: Sendable {
    /// The full names of the services that are served, sorted.
    let services: [String]
    private let files: [ProtoFile]
    private var byName: [String: Int] = [:]
    private var bySymbol: [String: Int] = [:]
    private var byExtension: [String: [Int32: Int]] = [:]

    init(services: [String], files: [ProtoFile]) {
        self.services = services.sorted()
        self.files = files
        for (index, file) in files.enumerated() {
            byName[file.name] = index
            for symbol in file.symbols { bySymbol[symbol] = index }
            for (type, number) in file.extensions { byExtension[type, default: [:]][number] = index }
        }
    }

    func file(named name: String) -> Int? { byName[name] }

    /// - Parameter symbol: a full name, with or without a leading dot.
    func file(defining symbol: String) -> Int? {
        bySymbol[symbol.hasPrefix(".") ? String(symbol.dropFirst()) : symbol]
    }

    func file(extending type: String, by number: Int32) -> Int? { byExtension[type]?[number] }

    /// The numbers of a type's extensions, sorted; nil where the type is not known.
    func extensionNumbers(of type: String) -> [Int32]? {
        if let numbers = byExtension[type]?.keys { return numbers.sorted() }
        return bySymbol[type] == nil ? nil : []
    }

    /// The encoded descriptor of a file, then of its imports and theirs, those left out that are in `sent` (as grpc-go
    /// does): a stream's client has them already. The file itself is always there.
    func descriptors(of index: Int, sent: inout Set<Int>) -> [[UInt8]] {
        var result: [[UInt8]] = []
        var queue = [index]
        var visited: Set = [index]
        var next = 0
        while next < queue.count {
            let file = queue[next]
            if sent.insert(file).inserted || next == 0 { result.append(files[file].descriptor) }
            next += 1
            for name in files[file].dependencies {
                if let dependency = byName[name], visited.insert(dependency).inserted { queue.append(dependency) }
            }
        }
        return result
    }
}
