/// The bytes of a string or bytes field, without a copy. It keeps the memory of the message that they came from alive.
///
/// Equal when the bytes are. `@unchecked Sendable`: the bytes are never written while this refers to them (see `Arena`).
public struct FieldBytes: @unchecked Sendable {
    let arena: Arena?
    let base: UnsafeMutableRawPointer?
    public let count: Int
    /// Whether they come from a string field or a `String`, so that they need not be looked at again.
    let isKnownText: Bool

    init(arena: Arena?, base: UnsafeMutableRawPointer?, count: Int, isKnownText: Bool = false) {
        self.arena = arena
        self.base = base
        self.count = count
        self.isKnownText = isKnownText
    }

    /// A copy of these bytes, in memory of its own.
    public init(_ bytes: [UInt8]) {
        self = bytes.withUnsafeBytes { FieldBytes(copying: $0) }
    }

    /// A copy of these bytes, in memory of its own.
    public init(_ bytes: RawSpan) {
        self = bytes.withUnsafeBytes { FieldBytes(copying: $0) }
    }

    /// The string's UTF-8.
    public init(_ string: String) {
        var string = string
        self = string.withUTF8 { FieldBytes(copying: UnsafeRawBufferPointer($0), isKnownText: true) }
    }

    private init(copying source: UnsafeRawBufferPointer, isKnownText: Bool = false) {
        guard let start = source.baseAddress, source.count > 0 else {
            self.init(arena: nil, base: nil, count: 0, isKnownText: true)
            return
        }
        let arena = Arena.make(byteCount: source.count)
        let base = arena.allocate(source.count)
        base.copyMemory(from: start, byteCount: source.count)
        self.init(arena: arena, base: base, count: source.count, isKnownText: isKnownText)
    }

    /// The bytes, for as long as `body` runs.
    public func withSpan<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        defer { withExtendedLifetime(arena) {} }
        return try body(RawSpan(_unsafeStart: UnsafeRawPointer(base ?? FieldBytes.nowhere), byteCount: count))
    }

    /// The bytes as text; what is not UTF-8 becomes U+FFFD. Made anew on each access.
    public var string: String {
        withExtendedLifetime(arena) { String(decoding: buffer, as: UTF8.self) }
    }

    /// Whether the bytes are UTF-8. Those of a string field always are.
    public var isUTF8: Bool {
        isKnownText || withExtendedLifetime(arena) { UTF8Validation.firstInvalidOffset(buffer) == nil }
    }

    private var buffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// An address for spans of no bytes. Never read or written.
    private nonisolated(unsafe) static let nowhere = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
}

extension FieldBytes: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { count }

    public subscript(position: Int) -> UInt8 {
        precondition(position >= 0 && position < count, "Index out of range.")
        return withExtendedLifetime(arena) { buffer[position] }
    }

    public func withContiguousStorageIfAvailable<R>(_ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R? {
        try withExtendedLifetime(arena) { try buffer.withMemoryRebound(to: UInt8.self, body) }
    }
}

extension FieldBytes: Hashable {
    public static func == (one: FieldBytes, other: FieldBytes) -> Bool {
        guard one.count == other.count else { return false }
        return withExtendedLifetime((one.arena, other.arena)) { Bytes.areEqual(one.base, other.base, one.count) }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        withExtendedLifetime(arena) { hasher.combine(bytes: buffer) }
    }
}
