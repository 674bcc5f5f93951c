/// An enum of a .proto file. Open, as in proto3: a number without a name is a value like any other, and kept.
public protocol ProtobufEnum: RawRepresentable, RepeatedElement where RawValue == Int32 {
    /// Never fails: an unknown number becomes the `unrecognized` case.
    init(rawValue: Int32)
    /// The names of the values.
    static var schema: EnumSchema { get }
}

extension ProtobufEnum {
    /// Values are the same when their numbers are, however they were written.
    @inlinable
    public static func == (one: Self, other: Self) -> Bool { one.rawValue == other.rawValue }

    @inlinable
    public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}
