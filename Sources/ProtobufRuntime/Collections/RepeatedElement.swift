/// What a repeated field may hold: numbers, `Bool`, `String`, `[UInt8]`, `FieldBytes`, enums and messages.
///
/// The requirements are the runtime's own; only this module conforms types to it (generated enums and messages do by their protocols).
public protocol RepeatedElement: Sendable, Hashable {
    /// The bytes that one takes in a C array.
    static var slotByteCount: Int { get }
    /// The value in a slot.
    init(_ slot: ElementSlot)
    /// Puts a copy of the value into a slot, whose bytes may be anything before.
    func store(in slot: ElementSlot)
    /// Copies a value from one arena to another.
    static func copy(_ source: ElementSlot, to target: ElementSlot)
}

/// A place for one value in an arena. Opaque: only the runtime looks into it.
public struct ElementSlot {
    @usableFromInline let address: UnsafeMutableRawPointer
    @usableFromInline let arena: Arena?

    @inlinable
    init(_ address: UnsafeMutableRawPointer, _ arena: Arena?) {
        self.address = address
        self.arena = arena
    }
}

extension RepeatedElement {
    @inlinable
    public static func copy(_ source: ElementSlot, to target: ElementSlot) { Self(source).store(in: target) }
}

// MARK: - Numbers, which are in C as they are in Swift

extension RepeatedElement where Self: FixedWidthInteger & BitwiseCopyable {
    @inlinable public static var slotByteCount: Int { MemoryLayout<Self>.size }
    @inlinable public init(_ slot: ElementSlot) { self = slot.address.load(as: Self.self) }
    @inlinable public func store(in slot: ElementSlot) { slot.address.storeBytes(of: self, as: Self.self) }
}

extension RepeatedElement where Self: BinaryFloatingPoint & BitwiseCopyable {
    @inlinable public static var slotByteCount: Int { MemoryLayout<Self>.size }
    @inlinable public init(_ slot: ElementSlot) { self = slot.address.load(as: Self.self) }
    @inlinable public func store(in slot: ElementSlot) { slot.address.storeBytes(of: self, as: Self.self) }
}

extension Int32: RepeatedElement {}
extension Int64: RepeatedElement {}
extension UInt32: RepeatedElement {}
extension UInt64: RepeatedElement {}
extension Float: RepeatedElement {}
extension Double: RepeatedElement {}

extension Bool: RepeatedElement {
    @inlinable public static var slotByteCount: Int { 4 }
    @inlinable public init(_ slot: ElementSlot) { self = slot.address.load(as: Int32.self) != 0 }
    @inlinable public func store(in slot: ElementSlot) { slot.address.storeBytes(of: self ? 1 : 0, as: Int32.self) }
}

extension ProtobufEnum {
    @inlinable public static var slotByteCount: Int { 4 }
    @inlinable public init(_ slot: ElementSlot) { self.init(rawValue: slot.address.load(as: Int32.self)) }
    @inlinable public func store(in slot: ElementSlot) { slot.address.storeBytes(of: rawValue, as: Int32.self) }
}

// MARK: - Messages, which are behind pointers; NULL is an empty one

extension ProtobufMessage {
    @inlinable public static var slotByteCount: Int { 8 }

    @inlinable
    public init(_ slot: ElementSlot) {
        let layout = Self.schema.layout
        guard let pointer = slot.address.load(as: UnsafeMutableRawPointer?.self) else {
            self.init()
            return
        }
        self.init(storage: MessageStorage(arena: slot.arena, pointer: pointer, layout: layout))
    }

    @inlinable
    public func store(in slot: ElementSlot) {
        let copy = storage.layout.copy(storage.pointer, into: slot.arena.unsafelyUnwrapped)
        slot.address.storeBytes(of: copy, as: UnsafeMutableRawPointer?.self)
    }
}
