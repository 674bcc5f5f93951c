/// The headers or trailers of a call that belong to the application: an ordered multimap of lower-case names.
///
/// Names that end in `-bin` hold bytes, all others hold printable ASCII (gRPC PROTOCOL-HTTP2, Custom-Metadata).
public struct Metadata: Sendable, Hashable {
    public enum Value: Sendable, Hashable {
        case text(String)
        case binary([UInt8])
    }

    public private(set) var entries: [(name: String, value: Value)] = []

    public init() {}

    /// Adds a text value. The name is lower-cased; it must not end in `-bin`.
    public mutating func add(_ name: String, _ value: String) {
        entries.append((name.lowercased(), .text(value)))
    }

    /// Adds bytes. The name is lower-cased; it has to end in `-bin`.
    public mutating func add(_ name: String, binary value: [UInt8]) {
        entries.append((name.lowercased(), .binary(value)))
    }

    /// The first text value of that name.
    public subscript(_ name: String) -> String? {
        for entry in entries where entry.name == name {
            if case .text(let value) = entry.value { return value }
        }
        return nil
    }

    /// All values of that name, in order.
    public func values(_ name: String) -> [Value] {
        entries.filter { $0.name == name }.map(\.value)
    }

    public var isEmpty: Bool { entries.isEmpty }

    public static func == (left: Metadata, right: Metadata) -> Bool {
        left.entries.elementsEqual(right.entries) { $0.name == $1.name && $0.value == $1.value }
    }

    public func hash(into hasher: inout Hasher) {
        for entry in entries {
            hasher.combine(entry.name)
            hasher.combine(entry.value)
        }
    }
}

extension Metadata: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, Value)...) {
        for (name, value) in elements { entries.append((name.lowercased(), value)) }
    }
}

extension Metadata.Value: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) {
        self = .text(value)
    }
}
