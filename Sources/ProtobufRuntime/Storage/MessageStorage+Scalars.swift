// Numbers, bools and enums. Reading one is a load; an unset one reads as zero.

extension MessageStorage {
    @inlinable
    func load<T: BitwiseCopyable>(_ index: Int, zero: T) -> T {
        let field = field(index)
        assert(!field.pointee.isRepeated && Int(field.pointee.stride) == MemoryLayout<T>.size)
        return isCurrent(field) ? address(field).load(as: T.self) : zero
    }

    @inlinable
    mutating func store<T: BitwiseCopyable>(_ index: Int, _ value: T) {
        prepareToWrite()
        let field = field(index)
        assert(!field.pointee.isRepeated && Int(field.pointee.stride) == MemoryLayout<T>.size)
        makeCurrent(field)
        address(field).storeBytes(of: value, as: T.self)
    }
}

extension MessageStorage {
    @inlinable public func bool(_ index: Int) -> Bool { load(index, zero: Int32(0)) != 0 }
    /// int32, sint32 and sfixed32 fields.
    @inlinable public func int32(_ index: Int) -> Int32 { load(index, zero: 0) }
    /// int64, sint64 and sfixed64 fields.
    @inlinable public func int64(_ index: Int) -> Int64 { load(index, zero: 0) }
    /// uint32 and fixed32 fields.
    @inlinable public func uint32(_ index: Int) -> UInt32 { load(index, zero: 0) }
    /// uint64 and fixed64 fields.
    @inlinable public func uint64(_ index: Int) -> UInt64 { load(index, zero: 0) }
    @inlinable public func float(_ index: Int) -> Float { load(index, zero: 0) }
    @inlinable public func double(_ index: Int) -> Double { load(index, zero: 0) }
    /// The number of an enum's value, whether it has a name or not.
    @inlinable public func enumValue(_ index: Int) -> Int32 { load(index, zero: 0) }

    @inlinable public mutating func setBool(_ index: Int, _ value: Bool) { store(index, Int32(value ? 1 : 0)) }
    @inlinable public mutating func setInt32(_ index: Int, _ value: Int32) { store(index, value) }
    @inlinable public mutating func setInt64(_ index: Int, _ value: Int64) { store(index, value) }
    @inlinable public mutating func setUInt32(_ index: Int, _ value: UInt32) { store(index, value) }
    @inlinable public mutating func setUInt64(_ index: Int, _ value: UInt64) { store(index, value) }
    @inlinable public mutating func setFloat(_ index: Int, _ value: Float) { store(index, value) }
    @inlinable public mutating func setDouble(_ index: Int, _ value: Double) { store(index, value) }
    @inlinable public mutating func setEnumValue(_ index: Int, _ value: Int32) { store(index, value) }
}

extension MessageStorage {
    /// An enum field as its Swift type.
    @inlinable
    public func enumeration<E: ProtobufEnum>(_ index: Int, as type: E.Type = E.self) -> E {
        E(rawValue: enumValue(index))
    }

    @inlinable
    public mutating func setEnumeration(_ index: Int, _ value: some ProtobufEnum) {
        setEnumValue(index, value.rawValue)
    }
}
