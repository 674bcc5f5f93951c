/// The types of map keys.
public protocol MapKey: RepeatedElement {
    /// The order in which entries are written, so that the same map is always the same bytes: numbers by value, false before
    /// true, strings by their UTF-8.
    static func isOrderedBefore(_ one: Self, _ other: Self) -> Bool
}

extension MapKey where Self: Comparable {
    @inlinable public static func isOrderedBefore(_ one: Self, _ other: Self) -> Bool { one < other }
}

extension Int32: MapKey {}
extension Int64: MapKey {}
extension UInt32: MapKey {}
extension UInt64: MapKey {}
extension Bool: MapKey {
    public static func isOrderedBefore(_ one: Bool, _ other: Bool) -> Bool { !one && other }
}
extension String: MapKey {
    public static func isOrderedBefore(_ one: String, _ other: String) -> Bool {
        one.utf8.lexicographicallyPrecedes(other.utf8)
    }
}

/// A map field: a dictionary. Entries have no order.
///
/// Reading it from a message, and changing it in one, costs time in proportion to its entries: make many changes in one
/// access, or assign a whole map.
public struct MapField<Key: MapKey, Value: RepeatedElement>: Sendable, Hashable {
    public private(set) var dictionary: [Key: Value]

    public init() { dictionary = [:] }
    public init(_ dictionary: [Key: Value]) { self.dictionary = dictionary }

    public subscript(key: Key) -> Value? {
        get { dictionary[key] }
        set { dictionary[key] = newValue }
    }

    public subscript(key: Key, default value: @autoclosure () -> Value) -> Value {
        get { dictionary[key] ?? value() }
        set { dictionary[key] = newValue }
    }

    public var keys: Dictionary<Key, Value>.Keys { dictionary.keys }
    public var values: Dictionary<Key, Value>.Values { dictionary.values }

    @discardableResult
    public mutating func removeValue(forKey key: Key) -> Value? { dictionary.removeValue(forKey: key) }
    public mutating func removeAll() { dictionary = [:] }
}

extension MapField: Collection {
    public typealias Index = Dictionary<Key, Value>.Index
    public typealias Element = Dictionary<Key, Value>.Element

    public var startIndex: Index { dictionary.startIndex }
    public var endIndex: Index { dictionary.endIndex }
    public var count: Int { dictionary.count }
    public func index(after index: Index) -> Index { dictionary.index(after: index) }
    public subscript(position: Index) -> Element { dictionary[position] }
}

extension MapField: ExpressibleByDictionaryLiteral {
    /// Of entries with the same key the last one counts.
    public init(dictionaryLiteral elements: (Key, Value)...) {
        dictionary = Dictionary(elements) { _, last in last }
    }
}

extension MapField: CustomStringConvertible {
    public var description: String { dictionary.description }
}
