extension FieldBytes: RepeatedElement {
    public static var slotByteCount: Int { MemoryLayout<ByteSlot>.size }

    public init(_ slot: ElementSlot) {
        let bytes = slot.address.load(as: ByteSlot.self)
        self.init(arena: slot.arena, base: bytes.base, count: bytes.count)
    }

    public func store(in slot: ElementSlot) {
        withExtendedLifetime(arena) { ByteSlot.initialize(slot, with: base, count) }
    }

    public static func copy(_ source: ElementSlot, to target: ElementSlot) { ByteSlot.copy(source, to: target) }
}

extension String: RepeatedElement {
    public static var slotByteCount: Int { MemoryLayout<ByteSlot>.size }

    public init(_ slot: ElementSlot) { self = FieldBytes(slot).string }

    public func store(in slot: ElementSlot) {
        var copy = self
        copy.withUTF8 { ByteSlot.initialize(slot, with: $0.baseAddress, $0.count) }
    }

    public static func copy(_ source: ElementSlot, to target: ElementSlot) { ByteSlot.copy(source, to: target) }
}

extension [UInt8]: RepeatedElement {
    public static var slotByteCount: Int { MemoryLayout<ByteSlot>.size }

    public init(_ slot: ElementSlot) {
        self = FieldBytes(slot).withSpan { span in span.withUnsafeBytes { [UInt8]($0) } }
    }

    public func store(in slot: ElementSlot) {
        withUnsafeBufferPointer { ByteSlot.initialize(slot, with: $0.baseAddress, $0.count) }
    }

    public static func copy(_ source: ElementSlot, to target: ElementSlot) { ByteSlot.copy(source, to: target) }
}

extension ByteSlot {
    fileprivate static func initialize(_ slot: ElementSlot, with source: UnsafeRawPointer?, _ count: Int) {
        slot.address.storeBytes(of: ByteSlot(), as: ByteSlot.self)
        guard count > 0 else { return }
        replace(slot.address, with: source, count, in: slot.arena.unsafelyUnwrapped)
    }

    fileprivate static func copy(_ source: ElementSlot, to target: ElementSlot) {
        let bytes = source.address.load(as: ByteSlot.self)
        initialize(target, with: bytes.base, bytes.count)
    }
}
