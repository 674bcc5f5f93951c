// Strings and bytes. In C both are a length and a pointer; text is UTF-8 and may hold NUL.

extension MessageStorage {
    /// A string field. The `String` is made anew on each access; `fieldBytes` copies nothing.
    public func string(_ index: Int) -> String {
        withBytes(index) { String(decoding: $0, as: UTF8.self) }
    }

    /// A bytes field, copied.
    public func bytes(_ index: Int) -> [UInt8] {
        withBytes(index) { [UInt8]($0) }
    }

    /// A string or bytes field without a copy. Keeps the message's memory alive.
    public func fieldBytes(_ index: Int) -> FieldBytes {
        let slot = currentSlot(index)
        return FieldBytes(
            arena: arena, base: slot.base, count: slot.count, isKnownText: field(index).pointee.type == .string)
    }

    public mutating func setString(_ index: Int, _ value: String) {
        var value = value
        value.withUTF8 { write($0.baseAddress, $0.count, to: index) }
    }

    /// Of a string field the bytes must be UTF-8.
    public mutating func setBytes(_ index: Int, _ value: [UInt8]) {
        value.withUnsafeBufferPointer { write($0.baseAddress, $0.count, to: index) }
    }

    /// Into a string field, bytes that are not UTF-8 go with U+FFFD in place of what is wrong.
    public mutating func setFieldBytes(_ index: Int, _ value: FieldBytes) {
        if field(index).pointee.type == .string, !value.isUTF8 { return setString(index, value.string) }
        write(value.base, value.count, to: index)
        withExtendedLifetime(value) {}
    }

    /// A string field from bytes that the caller knows to be UTF-8, such as a row of a database. They are not checked.
    public mutating func setUTF8(_ index: Int, _ value: RawSpan) {
        value.withUnsafeBytes { write($0.baseAddress, $0.count, to: index) }
    }

    private func withBytes<R>(_ index: Int, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        let slot = currentSlot(index)
        return withExtendedLifetime(arena) { body(UnsafeRawBufferPointer(start: slot.base, count: slot.count)) }
    }

    private func currentSlot(_ index: Int) -> ByteSlot {
        let field = field(index)
        assert(field.pointee.isBytes && !field.pointee.isRepeated)
        return isCurrent(field) ? address(field).load(as: ByteSlot.self) : ByteSlot()
    }

    private mutating func write(_ source: UnsafeRawPointer?, _ count: Int, to index: Int) {
        prepareToWrite()
        let field = field(index)
        assert(field.pointee.isBytes && !field.pointee.isRepeated)
        makeCurrent(field)
        ByteSlot.replace(address(field), with: source, count, in: arena.unsafelyUnwrapped)
    }
}

/// What protobuf-c calls `ProtobufCBinaryData`.
struct ByteSlot: BitwiseCopyable {
    var count = 0
    var base: UnsafeMutableRawPointer?

    /// Puts a copy of the bytes into the slot at `address`. What was there is written over where it is large enough: nobody
    /// else can refer to it, because the arena is not shared.
    static func replace(
        _ address: UnsafeMutableRawPointer, with source: UnsafeRawPointer?, _ count: Int, in arena: Arena
    ) {
        var slot = address.load(as: ByteSlot.self)
        if count > slot.count {
            if let old = slot.base { arena.release(old, slot.count) }
            slot.base = arena.allocate(count)
        } else if count == 0 {
            slot.base = nil
        }
        if let source, let base = slot.base { base.copyMemory(from: source, byteCount: count) }
        slot.count = count
        address.storeBytes(of: slot, as: ByteSlot.self)
    }
}
