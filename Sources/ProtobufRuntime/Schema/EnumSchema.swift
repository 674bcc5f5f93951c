/// The names of an enum's values, made by generated code. Enums are open (proto3): other numbers are kept as they are.
public struct EnumSchema: Sendable {
    /// The full proto name, for example `chatrpc.v1.Role`.
    public let fullName: String
    /// In the order of the .proto file; aliases (`allow_alias`) are further values of the same number.
    public let values: [EnumValueSchema]

    public init(_ fullName: StaticString, _ values: [EnumValueSchema]) {
        self.fullName = fullName.description
        self.values = values
    }

    /// The first value of that number: the one whose name is written.
    public func value(number: Int32) -> EnumValueSchema? {
        values.first { $0.number == number }
    }
}

/// One value of an enum.
public struct EnumValueSchema: Sendable {
    public let number: Int32
    /// The name in the .proto file, for example `ROLE_USER`.
    public let name: String
    /// The word for it in REST JSON (`chatrpc.json_value`), where there is one.
    public let rest: String?

    public init(_ number: Int32, _ name: StaticString, rest: StaticString? = nil) {
        self.number = number
        self.name = name.description
        self.rest = rest?.description
    }
}
