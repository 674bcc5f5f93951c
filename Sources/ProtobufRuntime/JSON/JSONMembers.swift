/// Looks for a few members of a JSON object, without making anything of the rest.
public struct JSONMembers: Sendable {
    /// The value of a member.
    public enum Value: Sendable, Hashable {
        case string(String)
        /// Null, a number, a boolean, an array or an object.
        case other
    }

    /// The object's members that were asked for, by name.
    public let values: [String: Value]

    /// - Parameter text: A JSON text, for example one that ``JSONValidator`` has passed.
    /// - Throws: malformed or wrongType, with the offset, where the text is not a JSON object.
    public init(of text: RawSpan, named names: Set<String>) throws(ProtobufError) {
        values = try text.withUnsafeBytes { bytes throws(ProtobufError) in
            var reader = JSONReader(bytes, maximumDepth: 100)
            guard try reader.peek() == .object else {
                throw reader.failure(.wrongType, "expected an object", at: reader.position)
            }
            var found: [String: Value] = [:]
            try reader.beginObject()
            var isFirst = true
            while let name = try reader.nextMember(&isFirst) {
                let name = String(decoding: name, as: UTF8.self)
                guard names.contains(name) else {
                    try reader.skipValue()
                    continue
                }
                if try reader.peek() == .string {
                    found[name] = .string(String(decoding: try reader.readString(), as: UTF8.self))
                } else {
                    try reader.skipValue()
                    found[name] = .other
                }
            }
            try reader.finish()
            return found
        }
    }

    public subscript(name: String) -> Value? { values[name] }
}
