/// The comments of a proto file, by the path of the element that they belong to
/// (google.protobuf.SourceCodeInfo).
struct SourceComments {
    private var byPath: [[Int32]: String] = [:]

    init() {}

    init(_ bytes: ArraySlice<UInt8>) throws(GeneratorError) {
        for field in try WireReader.fields(of: bytes) where field.number == 1 {
            try add(location: field.bytes)
        }
    }

    /// The comment before the element, or else the one behind it; lines without the blank that follows `//`.
    func comment(at path: [Int32]) -> String {
        byPath[path] ?? ""
    }

    private mutating func add(location bytes: ArraySlice<UInt8>) throws(GeneratorError) {
        var path: [Int32] = []
        var leading = ""
        var trailing = ""
        for field in try WireReader.fields(of: bytes) {
            switch field.number {
            case 1: path += try Self.numbers(field)
            case 3: leading = field.string
            case 4: trailing = field.string
            default: break
            }
        }
        let comment = leading.isEmpty ? trailing : leading
        if !comment.isEmpty { byPath[path] = Self.tidy(comment) }
    }

    private static func numbers(_ field: WireReader.Field) throws(GeneratorError) -> [Int32] {
        guard case .bytes(let packed) = field.value else { return [field.int32] }
        return try WireReader.packedVarints(packed).map { Int32(truncatingIfNeeded: $0) }
    }

    private static func tidy(_ comment: String) -> String {
        var lines = comment.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            var line = line.hasPrefix(" ") ? line.dropFirst() : line
            while let last = line.last, last.isWhitespace { line.removeLast() }
            return line
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        while lines.first?.isEmpty == true { lines.removeFirst() }
        return lines.joined(separator: "\n")
    }
}
